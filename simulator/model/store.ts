import type { Delivery, SigningKey } from './delivery.js';
import type { Item, PublicToken } from './item.js';
import type { Journal, JournalRecord, Settings } from './journal.js';
import { createUpdateLog, type Change, type UpdateLog } from './update-log.js';

/** Deliveries beyond this number are forgotten, oldest first, once they have ended. */
const DELIVERIES_KEPT = 5000;
/** Changes per journal line, so that a large history does not become one huge string. */
const CHANGES_PER_RECORD = 1000;

/**
 * The whole state of the simulator in memory, each change of it written to the journal before it is answered.
 * Objects that come out of it may be changed in place, followed by `save`.
 */
export interface Store {
  readonly settings: Settings;
  readonly items: ReadonlyMap<string, Item>;
  readonly deliveries: ReadonlyMap<number, Delivery>;
  /** Oldest first; the last one signs. */
  readonly keys: readonly SigningKey[];
  /** client_id → secret. */
  readonly clients: ReadonlyMap<string, string>;
  logOf(item: Item): UpdateLog;
  itemByAccessToken(accessToken: string): Item | null;
  publicToken(publicToken: string): PublicToken | null;
  /**
   * Runs synchronous work whose changes are found after a crash either all or not at all. When the work throws,
   * what it had changed by then stays, in memory as on disk.
   */
  atomically<T>(work: () => T): T;
  /** Writes one change; new transactions go through `appendChanges`. */
  save(record: Exclude<JournalRecord, { kind: 'changes' | 'begin' | 'commit' }>): void;
  saveSettings(): void;
  saveItem(item: Item): void;
  appendChanges(item: Item, changes: readonly Change[]): void;
  /** Rewrites the journal without what later records have replaced. */
  compact(): void;
  close(): void;
}

export const createStore = (
  journal: Journal,
  initial: Settings,
  clientPairs: ReadonlyMap<string, string>,
): Store => {
  const settings: Settings = structuredClone(initial);
  const items = new Map<string, Item>();
  const logs = new Map<string, UpdateLog>();
  const accessTokens = new Map<string, string>();
  const publicTokens = new Map<string, PublicToken>();
  const deliveries = new Map<number, Delivery>();
  const keys: SigningKey[] = [];
  const clients = new Map(clientPairs);

  const logOf = (itemId: string): UpdateLog => {
    const log = logs.get(itemId) ?? createUpdateLog();
    logs.set(itemId, log);
    return log;
  };

  const apply = (record: JournalRecord): void => {
    switch (record.kind) {
      case 'settings':
        Object.assign(settings, record.value);
        return;
      case 'client':
        clients.set(record.clientId, record.secret);
        return;
      case 'item':
        items.set(record.value.itemId, record.value);
        if (record.value.accessToken !== null)
          accessTokens.set(record.value.accessToken, record.value.itemId);
        return;
      case 'changes':
        logOf(record.itemId).append(record.changes);
        return;
      case 'public_token':
        publicTokens.set(record.value.publicToken, record.value);
        return;
      case 'key': {
        const index = keys.findIndex((key) => key.kid === record.value.kid);
        if (index === -1) keys.push(record.value);
        else keys[index] = record.value;
        return;
      }
      case 'delivery':
        deliveries.set(record.value.id, record.value);
        forgetOldDeliveries();
        return;
      case 'begin':
      case 'commit':
        return;
    }
  };

  const forgetOldDeliveries = (): void => {
    for (const [id, delivery] of deliveries) {
      if (deliveries.size <= DELIVERIES_KEPT) return;
      if (delivery.state !== 'held' && delivery.state !== 'waiting') deliveries.delete(id);
    }
  };

  let group: 'none' | 'open' | 'written' = 'none';

  const write = (record: JournalRecord): void => {
    if (group === 'open') {
      journal.append({ kind: 'begin' });
      group = 'written';
    }
    apply(record);
    journal.append(record);
  };

  const atomically = <T>(work: () => T): T => {
    if (group !== 'none') return work();
    group = 'open';
    try {
      return work();
    } finally {
      if ((group as string) === 'written') journal.append({ kind: 'commit' });
      group = 'none';
    }
  };

  function* chunks(itemId: string, changes: readonly Change[]): Generator<JournalRecord> {
    for (let start = 0; start < changes.length; start += CHANGES_PER_RECORD)
      yield { kind: 'changes', itemId, changes: changes.slice(start, start + CHANGES_PER_RECORD) };
  }

  const changesOf = (itemId: string): Change[] =>
    logOf(itemId)
      .entries()
      .map(({ op, snapshot, transactionId, accountId, telling }) =>
        op === 'removed' || snapshot === null
          ? { op: 'removed', transactionId, accountId, ...telling }
          : { op, snapshot, ...telling },
      );

  function* everything(): Generator<JournalRecord> {
    yield { kind: 'settings', value: settings };
    for (const [clientId, secret] of clients)
      if (clientPairs.get(clientId) !== secret) yield { kind: 'client', clientId, secret };
    for (const value of keys) yield { kind: 'key', value };
    for (const value of items.values()) {
      yield { kind: 'item', value };
      yield* chunks(value.itemId, changesOf(value.itemId));
    }
    for (const value of publicTokens.values()) if (!value.exchanged) yield { kind: 'public_token', value };
    for (const value of deliveries.values()) yield { kind: 'delivery', value };
  }

  for (const record of journal.load()) apply(record);

  return {
    settings,
    items,
    deliveries,
    keys,
    clients,
    logOf: (item) => logOf(item.itemId),
    itemByAccessToken: (accessToken) => items.get(accessTokens.get(accessToken) ?? '') ?? null,
    publicToken: (publicToken) => publicTokens.get(publicToken) ?? null,
    atomically,
    save: write,
    saveSettings: () => write({ kind: 'settings', value: settings }),
    saveItem: (value) => write({ kind: 'item', value }),
    appendChanges: (item, changes) => {
      for (const record of chunks(item.itemId, changes)) write(record);
    },
    compact: () => journal.compact(everything()),
    close: () => journal.close(),
  };
};
