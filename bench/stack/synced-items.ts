import pg from 'pg';
import { CHANGES_CHANNEL } from '../../src/db/queries/changes.js';

/** Tells when Items have been synced, as soon as it is committed: the change feed's notification says when to look. */
export interface SyncedItems {
  /** Resolves once the Item's `synced_gen` has reached the generation. */
  reached(itemId: string, gen: bigint): Promise<void>;
  close(): Promise<void>;
}

/** In case a sync changes no row, so that nothing is notified. */
const LOOK_MS = 250;

export async function watchSyncedItems(databaseUrl: string): Promise<SyncedItems> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`listen ${CHANGES_CHANNEL}`);
  const waiting = new Map<string, { gen: bigint; resolve: () => void }>();
  let looking = false;
  let again = false;

  const look = async (): Promise<void> => {
    const { rows } = await client.query<{ item_id: string; synced_gen: string }>({
      name: 'synced',
      text: 'select item_id, synced_gen from item_sync where item_id = any($1::uuid[])',
      values: [[...waiting.keys()]],
    });
    for (const { item_id, synced_gen } of rows) {
      const entry = waiting.get(item_id);
      if (!entry || BigInt(synced_gen) < entry.gen) continue;
      waiting.delete(item_id);
      entry.resolve();
    }
  };
  const lookSoon = (): void => {
    again = true;
    if (looking) return;
    looking = true;
    void (async () => {
      while (again && waiting.size > 0) {
        again = false;
        await look();
      }
      looking = false;
    })();
  };
  client.on('notification', lookSoon);
  const timer = setInterval(lookSoon, LOOK_MS);

  return {
    reached: (itemId, gen) =>
      new Promise((resolve) => {
        waiting.set(itemId, { gen, resolve });
      }),
    async close() {
      clearInterval(timer);
      await client.end();
    },
  };
}
