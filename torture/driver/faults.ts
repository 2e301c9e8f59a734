import type { Simulator } from './simulator.js';
import type { WorldItem } from './world.js';

/** A kind of the simulator's faults, as it describes them itself. */
export interface FaultKind {
  kind: string;
  /** A fault lasts until it has acted; an incident happens at the bank, once and at once. */
  acts_as: 'fault' | 'incident';
}

type Params = Record<string, unknown>;

interface Recipe {
  params: Params;
  /** What it does to an Item is not mended by the Item's next webhook: a person has to ask. */
  disturbs?: boolean;
  /** The Item may count as gone then, until it is linked again. */
  severs?: boolean;
  /** Its institution_id changes. */
  migrates?: boolean;
}

const at = <T>(from: readonly T[], draw: number): T => from[Math.floor(draw * from.length)] as T;

const PASSING = [
  'INTERNAL_SERVER_ERROR',
  'PLANNED_MAINTENANCE',
  'INSTITUTION_DOWN',
  'INSTITUTION_NOT_RESPONDING',
  'PRODUCT_NOT_READY',
];
const LOGIN = ['ITEM_LOGIN_REQUIRED', 'USER_SETUP_REQUIRED', 'ACCESS_NOT_GRANTED', 'NO_ACCOUNTS'];
const SEVERING = ['ITEM_NOT_FOUND', 'INVALID_ACCESS_TOKEN', 'INSTITUTION_NO_LONGER_SUPPORTED'];
/** Webhooks that are not true, or no longer: what they say must not be believed. */
const NOTICES = [
  'SYNC_UPDATES_AVAILABLE',
  'HISTORICAL_UPDATE',
  'TRANSACTIONS_REMOVED',
  'RECURRING_TRANSACTIONS_UPDATE',
  'ERROR',
  'LOGIN_REPAIRED',
  'PENDING_EXPIRATION',
  'PENDING_DISCONNECT',
  'NEW_ACCOUNTS_AVAILABLE',
  'USER_PERMISSION_REVOKED',
  'USER_ACCOUNT_REVOKED',
];
const PAGES = ['first', 'middle', 'last', 2];

/** What is left open by the simulator's own defaults, or would hold a short run up for too long. */
const RECIPES: Readonly<Record<string, (a: number, b: number) => Recipe>> = {
  error: (a, b) => {
    const on_page = at([...PAGES, undefined], b);
    const page = on_page === undefined ? {} : { on_page };
    if (a < 0.6) return { params: { error_code: at(PASSING, a / 0.6), ...page } };
    if (a < 0.9)
      return {
        params: { error_code: at(LOGIN, (a - 0.6) / 0.3), break_item: b < 0.5, ...page },
        disturbs: true,
      };
    return { params: { error_code: at(SEVERING, (a - 0.9) / 0.1), ...page }, disturbs: true, severs: true };
  },
  unknown_error_code: () => ({ params: {}, disturbs: true }),
  permission_revoked: () => ({ params: {}, severs: true }),
  institution_migrated: (a) => ({ params: { login: a < 0.5 ? 'breaks' : 'works' }, migrates: true }),
  latency: (a) => ({ params: { latency: a < 0.1 ? '30s' : a < 0.5 ? '3s' : '600ms', times: 2 } }),
  rate_limited: (a, b) => ({
    params: { times: 1 + Math.floor(b * 3), ...(a < 0.5 ? { retry_after: 1 + Math.floor(b * 3) } : {}) },
  }),
  internal_error: (a) => ({ params: { times: 1 + Math.floor(a * 3) } }),
  mutation: (a, b) =>
    a < 0.3
      ? { params: { from_stored_cursor: true } }
      : { params: { on_page: at(PAGES, b), times: 1 + Math.floor(a * 4) } },
  notice: (a) => ({ params: { webhook_code: at(NOTICES, a) } }),
  page_size: (a) => ({ params: { rows: 2 + Math.floor(a * 60), times: 40 } }),
  // The very long ones are planned: once each, in runs that have the time.
  long_history: (a) => ({ params: { count: 500 + Math.floor(a * 2_000) } }),
  webhook_lost: () => ({ params: {}, disturbs: true }),
  webhook_delayed: () => ({ params: { by: '10s' } }),
};

/**
 * What a chance makes of a kind: parameters beside `kind` and the Item, and what it does to the Item.
 * Kinds without a recipe act as the simulator has it.
 */
export const recipeOf = (kind: string, a: number, b: number): Recipe =>
  RECIPES[kind]?.(a, b) ?? { params: {} };

const whom = ({ itemId, integration }: WorldItem, kind: string): Params =>
  OF_THE_CLIENT.has(kind) ? { client_id: integration.client.clientId } : { item_id: itemId };

/** What acts when an Item is made or removed: set on the Item itself it would come too late, or wait for ever. */
const OF_THE_CLIENT = new Set(['webhook_before_link', 'webhook_after_removal']);

/** Sets a fault on an Item, or lets an incident happen to it. One that does not fit the Item as it is now is left out. */
export async function harmItem(
  simulator: Simulator,
  item: WorldItem,
  { kind, acts_as }: FaultKind,
  [a, b]: readonly [number, number],
): Promise<boolean> {
  const { params, disturbs = false, severs = false, migrates = false } = recipeOf(kind, a, b);
  // Pairs of Items at two institutions are not what the check of relinks expects.
  if (migrates && (item.linkedAnewAs !== null || item.linkedAnewFrom !== null)) return false;
  const done =
    acts_as === 'incident'
      ? await simulator.tryControl('POST', `/items/${item.itemId}/incidents`, { kind, ...params })
      : await simulator.tryControl('POST', '/faults', { kind, ...whom(item, kind), ...params });
  if (done === null) return false;
  item.disturbed ||= disturbs;
  item.severed ||= severs;
  item.migrated ||= migrates;
  return true;
}

/** The kinds that this simulator has, in an order that does not depend on it. */
export async function faultKinds(simulator: Simulator): Promise<FaultKind[]> {
  const found = await simulator.tryControl<{ kinds: FaultKind[] }>('GET', '/faults/kinds');
  return (found?.kinds ?? []).sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

/** How often each kind has acted so far. */
export const firedByKind = async (simulator: Simulator): Promise<Record<string, number>> =>
  (await simulator.tryControl<{ fired_by_kind: Record<string, number> }>('GET', '/faults'))?.fired_by_kind ??
  {};
