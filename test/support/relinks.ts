import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { PlaidGateway } from '../../src/plaid/plaid-api.js';
import { createRelinkDecisions, type RelinkDecisions } from '../../src/db/queries/relink-decisions.js';
import { createRelinkReads, type RelinkReads, type RelinkRow } from '../../src/db/queries/relink-reads.js';
import { createTestEngine, type TestEngine } from './engine.js';
import {
  account,
  createScriptedPlaid,
  row,
  type ScriptedPage,
  type ScriptedPlaid,
} from './scripted-plaid.js';
import { followFeed, type FeedFollower } from './stored.js';

export type Row = Record<string, unknown>;

/** A login at the bank: its rows as Plaid has them, with every change in order. */
export interface BankItem {
  /** Row id, once it is linked. */
  id: string;
  plaidItemId: string;
  plaid: ScriptedPlaid;
  accounts: Row[];
  status: string;
  add(...rows: Row[]): void;
  remove(...ids: string[]): void;
}

export interface RelinkWorld {
  engine: TestEngine;
  decisions: RelinkDecisions;
  reads: RelinkReads;
  feed: FeedFollower;
  endUserId: string;
  /** An Item of the world's end user, not linked yet. */
  item(rows?: Row[], over?: Partial<Pick<BankItem, 'accounts' | 'status'>>): BankItem;
  link(
    item: BankItem,
    over?: { endUserId?: string; institutionId?: string | null; integrationId?: string },
  ): Promise<string>;
  /** Links it and syncs it until nothing is owed. */
  sync(item: BankItem): Promise<void>;
  /** Changed at the bank: syncs it again. */
  resync(item: BankItem): Promise<void>;
  relinks(): Promise<RelinkRow[]>;
  /** reference_ids of what default reads show of the end user, in order; the feed's reader must hold exactly that. */
  visible(): Promise<string[]>;
  close(): Promise<void>;
}

/** The account of most tests, as one Item shows it: ids are the Item's own, the rest is the bank's. */
export const bankAccount = (id: string, over: Row = {}): Row =>
  account(id, { mask: '0000', name: 'Checking', ...over });

let made = 0;

/** `count` posted rows of an account, one a day backwards from `until`, each with a name and an amount of its own. */
export const days = (prefix: string, count: number, over: Row = {}, until = '2026-11-20'): Row[] =>
  Array.from({ length: count }, (_, index) => {
    const date = new Date(Date.parse(until) - index * 86_400_000).toISOString().slice(0, 10);
    return row(`${prefix}-${date}`, {
      account_id: `${prefix}-a`,
      date,
      name: `Shop ${date}`,
      amount: index + 0.5,
      ...over,
    });
  });

/** Items of one end user at one bank, each with its own answers, on a database of the test's own. */
export async function createRelinkWorld(): Promise<RelinkWorld> {
  const items = new Map<string, BankItem>();
  const keysOf = (keys: Parameters<PlaidGateway>[0]) => (token: string) =>
    items.get(token)!.plaid.gateway(keys);
  const engine = await createTestEngine({
    baseUrl: 'http://localhost',
    gateway: (keys) => {
      const of = keysOf(keys);
      const any = [...items.values()][0]!.plaid.gateway(keys);
      return {
        ...any,
        syncPage: (token, cursor, options) => of(token).syncPage(token, cursor, options),
        getAccounts: (token, options) => of(token).getAccounts(token, options),
        getItem: (token, options) => of(token).getItem(token, options),
      };
    },
  });
  const owned = { db: engine.db, signalStaleAfterMs: 15_000 };
  const feed = followFeed(engine);
  const world: RelinkWorld = {
    engine,
    decisions: createRelinkDecisions(owned),
    reads: createRelinkReads(engine.db),
    feed,
    endUserId: `user-${randomUUID()}`,
    item(rows = [], over = {}) {
      const plaidItemId = `item-${++made}-${randomUUID().slice(0, 8)}`;
      const plaid = createScriptedPlaid(plaidItemId);
      const log: { row?: Row; removed?: string }[] = [];
      const item: BankItem = {
        id: '',
        plaidItemId,
        plaid,
        accounts: [],
        status: 'HISTORICAL_UPDATE_COMPLETE',
        ...over,
        add: (...added) => log.push(...added.map((each) => ({ row: each }))),
        remove: (...ids) => log.push(...ids.map((removed) => ({ removed }))),
      };
      item.add(...rows);
      plaid.accounts = () => JSON.stringify({ accounts: item.accounts });
      plaid.sync = (cursor): ScriptedPage => {
        const from = cursor === null ? 0 : Number(cursor.slice(1));
        const last = new Map<string, Row | null>();
        for (const { row: upsert, removed } of log.slice(from))
          last.set(upsert ? String(upsert['transaction_id']) : removed!, upsert ?? null);
        const added = [...last.values()].filter((each) => each !== null);
        const removed = [...last].filter(([, each]) => each === null).map(([id]) => id);
        return {
          added,
          removed: cursor === null ? [] : removed,
          cursor: `c${log.length}`,
          status: item.status,
        };
      };
      items.set(plaidItemId, item);
      return item;
    },
    async link(item, over = {}) {
      const outcome = await engine.links.link({
        organizationId: engine.organizationId,
        integrationId: over.integrationId ?? engine.integrationId,
        plaidItemId: item.plaidItemId,
        accessToken: item.plaidItemId,
        endUserId: over.endUserId ?? world.endUserId,
        plaidItem: {
          institutionId: over.institutionId === undefined ? 'ins_1' : over.institutionId,
          institutionName: 'Bank',
          webhookUrl: null,
        },
      });
      if (outcome.kind === 'linked') item.id = outcome.link.id;
      return outcome.kind;
    },
    async sync(item) {
      expect(await world.link(item)).toBe('linked');
      expect(await engine.settle(item.id)).toMatchObject({ kind: 'synced' });
    },
    async resync(item) {
      await engine.links.requestSync(item.id);
      expect(await engine.settle(item.id)).toMatchObject({ kind: 'synced' });
    },
    async relinks() {
      const statuses = ['doubtful', 'superseded', 'rejected', 'reverted', 'different', 'ended'] as const;
      const options = { filter: { statuses }, limit: 100, offset: 0 };
      const { rows } = await world.reads.list(engine.organizationId, options);
      return rows.filter((each) => each.end_user_id === world.endUserId);
    },
    async visible() {
      const { rows } = await engine.db.raw<{ rows: { key: string; reference_id: string; user: string }[] }>(
        `select t.item_id || ' ' || t.reference_id as key, t.reference_id, e.end_user_id as user
           from transactions t join end_users e on e.id = t.end_user_id
          where t.organization_id = ? and t.removed_at is null and t.duplicate_of is null order by t.reference_id`,
        [engine.organizationId],
      );
      await feed.follow();
      // Invariant I6, through every supersede and revert.
      expect([...feed.rows.keys()].sort()).toEqual(rows.map(({ key }) => key).sort());
      return rows.filter(({ user }) => user === world.endUserId).map((each) => each.reference_id);
    },
    close: () => engine.close(),
  };
  return world;
}

/** One world for the tests of a file, with an end user for each. */
export function useRelinkWorld(given: (world: RelinkWorld) => void): void {
  let world: RelinkWorld;
  beforeAll(async () => {
    world = await createRelinkWorld();
    given(world);
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.endUserId = `user-${randomUUID()}`;
  });
}

/** The one relink of the test's end user. */
export async function onlyRelink(world: RelinkWorld): Promise<RelinkRow> {
  const relinks = await world.relinks();
  expect(relinks).toHaveLength(1);
  return relinks[0]!;
}
