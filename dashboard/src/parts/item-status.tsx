import type { components } from '@ardea/api-schema';
import { Status, type StatusLook } from './status';

export type LinkStatus = components['schemas']['IntegrationLink']['status'];
export type ItemAction = NonNullable<components['schemas']['IntegrationLink']['action']>;

export const ITEM_STATUS: Readonly<Record<LinkStatus, StatusLook>> = {
  pending: { tone: 'quiet', icon: 'clock', label: 'Pending' },
  active: { tone: 'good', icon: 'check', label: 'Active' },
  syncing: { tone: 'busy', icon: 'sync', label: 'Syncing' },
  erroring: { tone: 'bad', icon: 'alert', label: 'Erroring' },
  sync_disabled: { tone: 'quiet', icon: 'pause', label: 'Not syncing' },
  deleted_in_plaid: { tone: 'quiet', icon: 'cross', label: 'Deleted at Plaid' },
};

export const ITEM_STATUSES = Object.keys(ITEM_STATUS) as LinkStatus[];

/** What each action asks of a person: a heading, and how it is done. */
export const ITEM_ACTION: Readonly<Record<ItemAction, { title: string; how: string }>> = {
  update_mode: {
    title: 'Send the customer through Link in update mode',
    how: 'Create a link token with the access token of this Item (update mode) and open Link with it. When the customer has logged in again, Plaid sends LOGIN_REPAIRED and Ardea goes on by itself; "Sync now" asks at once.',
  },
  new_link: {
    title: 'Have the customer link the account anew',
    how: 'The access token cannot be used any more. Let the customer go through Link again and post the new Item to the link URL. Ardea recognises the accounts and hides what would be there twice.',
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

export function ItemStatus({ status }: { status: LinkStatus }) {
  return <Status {...ITEM_STATUS[status]} />;
}

/** What an Item needs, in a line; null: nothing. */
export function needOf(
  item: Pick<components['schemas']['IntegrationLink'], 'action' | 'attention' | 'status_message'>,
): string | null {
  if (item.action !== null) return item.status_message ?? ITEM_ACTION[item.action].title;
  return item.attention[0]?.message ?? item.status_message;
}
