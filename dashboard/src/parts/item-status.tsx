import type { components } from '@ardea/api-schema';
import { toWords } from './format';
import { Status, type StatusLook } from './status';

export type LinkStatus = components['schemas']['IntegrationLink']['status'];
type ItemAction = NonNullable<components['schemas']['IntegrationLink']['action']>;

export const ITEM_STATUS: Readonly<Record<LinkStatus, StatusLook>> = {
  pending: { tone: 'quiet', icon: 'clock', label: 'Pending' },
  active: { tone: 'good', icon: 'check', label: 'Active' },
  syncing: { tone: 'busy', icon: 'sync', label: 'Syncing' },
  erroring: { tone: 'bad', icon: 'alert', label: 'Erroring' },
  sync_disabled: { tone: 'quiet', icon: 'pause', label: 'Not syncing' },
  deleted_in_plaid: { tone: 'quiet', icon: 'cross', label: 'Deleted at Plaid' },
};

export const ITEM_STATUSES = Object.keys(ITEM_STATUS) as LinkStatus[];

export const LINK_ANEW =
  'Let the customer go through Link again and post the new Item to the link URL. Ardea recognises the accounts and hides what would be there twice.';

/** What each action asks of a person: a heading, and how it is done. */
export const ITEM_ACTION: Readonly<Record<ItemAction, { title: string; how: string }>> = {
  update_mode: {
    title: 'Send the customer through Link in update mode',
    how: 'Create a link token with the access token of this Item (update mode) and open Link with it. When the customer has logged in again, Plaid sends LOGIN_REPAIRED and Ardea goes on by itself; "Sync now" asks at once.',
  },
  new_link: {
    title: 'Have the customer link the account anew',
    how: `The access token cannot be used any more. ${LINK_ANEW}`,
  },
  fix_keys: {
    title: 'Correct the keys of the integration',
    how: 'Plaid refuses the client. Enter the right client ID and secret under Settings → Integrations; all Items are synced again after that.',
  },
  decide: {
    title: 'A decision is needed',
    how: 'Ardea will not remove or hide rows on a doubtful match. Look at the reason below and decide; the runbook says what each choice does.',
  },
  report: {
    title: 'Report this to whoever runs Ardea',
    how: 'Plaid calls a request of Ardea malformed. Pass on the code, the message and the request_id of the last run below; a newer version may mend it. Ardea asks again daily.',
  },
  wait: {
    title: 'Nothing to do but wait',
    how: 'The institution or Plaid has to mend this. Ardea keeps asking and goes on by itself.',
  },
};

type Attention = components['schemas']['LinkAttention'];

/** What the API says in its own words, where here there is a card to decide it on. */
const ATTENTION: Partial<Record<Attention['code'], { title: string; message: string }>> = {
  RELINK_DOUBTFUL: {
    title: 'The same accounts as another Item?',
    message:
      'It may show the accounts of another Item, and then their transactions are there twice. Decide under “Linked again”.',
  },
  RELINK_STOPPED: {
    title: 'Nobody syncs these accounts',
    message:
      'The Item that superseded this one was deleted. Have the customer link again, or revert the relink.',
  },
};

export const sayAttention = ({ code, message }: Attention): { title: string; message: string } =>
  ATTENTION[code] ?? { title: toWords(code), message };

/** Plaid's message without its code, for where there is little room; ours names the newer Item by its id. */
const withoutCode = (text: string): string => {
  if (text.startsWith('[SUPERSEDED]')) return 'Replaced by a newer Item of the same accounts';
  const message = text.replace(/^\[[A-Z_]+\]\s*/, '');
  return message.charAt(0).toUpperCase() + message.slice(1);
};

export function ItemStatus({ status }: { status: LinkStatus }) {
  return <Status {...ITEM_STATUS[status]} />;
}

/** What an Item needs, in a line; null: nothing. */
export function needOf(
  item: Pick<components['schemas']['IntegrationLink'], 'action' | 'attention' | 'status_message'>,
): string | null {
  const { action, attention, status_message } = item;
  if (action !== null && action !== 'wait') return ITEM_ACTION[action].title;
  if (attention[0] !== undefined) return sayAttention(attention[0]).message;
  return status_message === null ? null : withoutCode(status_message);
}
