import type { Integration, Tenant } from '../stack/tenants.js';
import type { SimulatedItem } from './simulator.js';

/** What the run knows of an Item: what it has done to it, and what must follow. */
export interface WorldItem {
  index: number;
  /** `item 7`, in the journal. */
  subject: string;
  tenant: Tenant;
  integration: Integration;
  /** The integrator's own id. */
  endUserId: string;
  itemId: string;
  accessToken: string;
  /** Whether its link has been taken: from then on it must be synced. */
  linked: boolean;
  desired: 'active' | 'paused' | 'disabled';
  /** Its data were erased and it was not linked again since. */
  erased: boolean;
  /** Its data were erased at some time: what its rows were before is not told. */
  everErased: boolean;
  bank: { kind: 'healthy' } | { kind: 'broken'; code: string } | { kind: 'revoked' } | { kind: 'removed' };
  /** Something happened that no webhook tells of: only a refresh, or the time of a reconcile, finds it. */
  silent: boolean;
  /** A fault was set on it that only a person's refresh mends for sure. */
  disturbed: boolean;
  /** A fault may have made it count as gone: only a new link mends that. */
  severed: boolean;
  /** The same accounts, linked again as a new Item of the same end user: the life goes on there. */
  linkedAnewAs: WorldItem | null;
  /** The Item that it is the same accounts as, linked anew. */
  linkedAnewFrom: WorldItem | null;
  /**
   * Its bank has another institution_id since: until Plaid is asked about the Item itself nobody knows, and a relink of it
   * may be missed. So it is not linked anew any more.
   */
  migrated: boolean;
  /** What the product says, and the check of relinks verifies: another Item is synced in its place. */
  superseded: boolean;
  /** Ids of the bank's rows that this run made and may change again. */
  spent: string[];
  pending: string[];
}

export interface World {
  tenants: readonly Tenant[];
  items: WorldItem[];
}

/** The Item will not come back unless it is linked again. */
export const isGone = ({ bank }: WorldItem): boolean => bank.kind === 'revoked' || bank.kind === 'removed';

/** An Item that was just made at the bank and that nobody has linked. */
export const newWorldItem = (
  whose: Pick<WorldItem, 'index' | 'subject' | 'tenant' | 'integration' | 'endUserId'>,
  { item_id: itemId, access_token: accessToken }: SimulatedItem,
): WorldItem => ({
  ...whose,
  itemId,
  accessToken,
  linked: false,
  desired: 'active',
  erased: false,
  everErased: false,
  bank: { kind: 'healthy' },
  silent: false,
  disturbed: false,
  severed: false,
  linkedAnewAs: null,
  linkedAnewFrom: null,
  migrated: false,
  superseded: false,
  spent: [],
  pending: [],
});
