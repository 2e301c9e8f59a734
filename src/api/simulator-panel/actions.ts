import type { z } from 'zod';
import type { IntegrationRow } from '../../db/queries/integrations.js';
import type { LinkRow } from '../../db/queries/links.js';
import type { PostLink } from '../links/post-link.js';
import type { SimulatedFault, SimulatedItem, SimulatorControl } from './control.js';
import type { ACTION_BODIES, SimulatorAction } from './schema.js';

export interface ActionContext {
  control: SimulatorControl;
  integration: IntegrationRow;
  postLink: PostLink;
  /** Where the simulator sends the webhooks of a new Item. */
  webhookUrl: string;
  /** The integrator's own id of the end user of an Item; throws `link.not_found` for what is no Item of the integration. */
  ownerOf: (itemId: string) => Promise<string>;
}

export interface ActionResult {
  message: string;
  link?: LinkRow;
  transactions?: { transaction_id: string; name: string | null }[];
}

type Body<A extends SimulatorAction> = z.output<(typeof ACTION_BODIES)[A]>;
type Run<A extends SimulatorAction> = (context: ActionContext, body: Body<A>) => Promise<ActionResult>;

const at = (itemId: string, rest = ''): string => `/items/${encodeURIComponent(itemId)}${rest}`;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

interface Rows {
  transactions: { transaction_id: string; name: string | null }[];
}
const rowsOf = ({ transactions }: Rows) =>
  transactions.map(({ transaction_id, name }) => ({ transaction_id, name }));

/** Does something to an Item of the integration. */
const toItem =
  <A extends SimulatorAction>(
    does: (control: SimulatorControl, body: Body<A>) => Promise<ActionResult>,
  ): Run<A> =>
  async ({ control, ownerOf }, body) => {
    await ownerOf((body as { item_id: string }).item_id);
    return does(control, body);
  };

export const faultsOf = async (
  control: SimulatorControl,
  integration: IntegrationRow,
  items: ReadonlySet<string>,
) => {
  const { faults } = await control.call<{ faults: SimulatedFault[] }>('GET', '/faults');
  return faults.filter(
    ({ active, client_id, item_id }) =>
      active && (client_id === integration.client_id || (item_id !== null && items.has(item_id))),
  );
};

export const ACTIONS: { [A in SimulatorAction]: Run<A> } = {
  async link_item({ control, integration, postLink, webhookUrl }, body) {
    const { end_user_id: endUserId, end_user_name: endUserName, ...wishes } = body;
    const { item } = await control.call<{ item: SimulatedItem }>('POST', '/items', {
      client_id: integration.client_id,
      webhook: webhookUrl,
      ...wishes,
    });
    const link = await postLink(integration, {
      itemId: item.item_id,
      accessToken: item.access_token,
      endUserId,
      endUserName,
    });
    return { message: `Item ${item.item_id} was linked by ${endUserId}.`, link };
  },
  async relink({ control, integration, postLink, ownerOf }, { item_id }) {
    const endUserId = await ownerOf(item_id);
    const { item } = await control.call<{ item: SimulatedItem }>('POST', at(item_id, '/relink'), {});
    const link = await postLink(integration, {
      itemId: item.item_id,
      accessToken: item.access_token,
      endUserId,
    });
    return { message: `The accounts of ${item_id} were linked again, as Item ${item.item_id}.`, link };
  },
  spend: toItem(async (control, { item_id, ...body }) => {
    const rows = await control.call<Rows>('POST', at(item_id, '/transactions'), body);
    return { message: `${body.name} was spent.`, transactions: rowsOf(rows) };
  }),
  post: toItem(async (control, { item_id, ...body }) => {
    const rows = await control.call<Rows>('POST', at(item_id, '/post'), body);
    return {
      message: `${counted(rows.transactions.length, 'pending transaction')} posted.`,
      transactions: rowsOf(rows),
    };
  }),
  refresh: toItem(async (control, { item_id }) => {
    const { changes } = await control.call<{ changes: number }>('POST', at(item_id, '/refresh'));
    return { message: `The bank was asked anew: ${counted(changes, 'change')}.` };
  }),
  history: toItem(async (control, { item_id, ...body }) => {
    await control.call('POST', at(item_id, '/history'), body);
    return { message: `Added: ${counted(body.count, 'transaction')} of earlier days.` };
  }),
  break: toItem(async (control, { item_id, ...body }) => {
    await control.call('POST', at(item_id, '/break'), body);
    return { message: `The login of ${item_id} is broken: ${body.error_code ?? 'ITEM_LOGIN_REQUIRED'}.` };
  }),
  repair: toItem(async (control, { item_id }) => {
    await control.call('POST', at(item_id, '/repair'));
    return { message: `The login of ${item_id} was repaired, as by Link in update mode.` };
  }),
  revoke: toItem(async (control, { item_id }) => {
    await control.call('POST', at(item_id, '/revoke'));
    return { message: `The end user withdrew the permission of ${item_id}.` };
  }),
  webhook: toItem(async (control, { item_id, ...body }) => {
    await control.call('POST', at(item_id, '/webhooks'), body);
    return { message: `${body.webhook_type} ${body.webhook_code} is on its way.` };
  }),
  incident: toItem(async (control, { item_id, kind, params }) => {
    await control.call('POST', at(item_id, '/incidents'), { ...params, kind });
    return { message: `It happened: ${kind}.` };
  }),
  async fault({ control, integration, ownerOf }, { params = {}, item_id, ...body }) {
    // Whose it is follows from the integration, never from what is passed on.
    const { item_id: _item, client_id: _client, ...passedOn } = params;
    if (item_id !== undefined) await ownerOf(item_id);
    const whose = item_id === undefined ? { client_id: integration.client_id } : { item_id };
    await control.call('POST', '/faults', { ...passedOn, ...body, ...whose });
    return { message: `On from now: ${body.kind}.` };
  },
  async clear_faults({ control, integration, ownerOf }) {
    const { faults } = await control.call<{ faults: SimulatedFault[] }>('GET', '/faults');
    const known = await Promise.all(
      faults.map(async ({ item_id }) =>
        item_id === null
          ? null
          : ownerOf(item_id).then(
              () => item_id,
              () => null,
            ),
      ),
    );
    const own = await faultsOf(control, integration, new Set(known.filter((id) => id !== null)));
    for (const { id } of own) await control.call('DELETE', `/faults/${id}`);
    return { message: `${counted(own.length, 'fault')} switched off.` };
  },
  async advance_clock({ control }, { by }) {
    await control.call('POST', '/clock/advance', { by });
    return { message: `The clock of the simulator went ${by} ahead.` };
  },
};
