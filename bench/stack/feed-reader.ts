import { setTimeout as sleep } from 'node:timers/promises';

/** An integrator's reader: long-polls the change feed and remembers when each transaction came. */
export interface FeedReader {
  /** When the row with this `reference_id` was received (performance.now()). */
  seen(referenceId: string): Promise<number>;
  /** Resolves when nothing has come for so long. */
  quietFor(ms: number): Promise<void>;
  close(): Promise<void>;
}

interface FeedPage {
  changes: { transaction: { reference_id?: string } }[];
  next_cursor: string;
}

export async function followFeed(apiUrl: string, apiKey: string): Promise<FeedReader> {
  const times = new Map<string, number>();
  const waiting = new Map<string, (at: number) => void>();
  const stopping = new AbortController();
  let latest = performance.now();
  let cursor = '';

  const read = async (): Promise<void> => {
    const url = new URL('/api/transactions/changes', apiUrl);
    url.searchParams.set('wait', '30');
    url.searchParams.set('limit', '500');
    if (cursor !== '') url.searchParams.set('cursor', cursor);
    const response = await fetch(url, { headers: { 'x-api-key': apiKey }, signal: stopping.signal });
    if (!response.ok) throw new Error(`feed answered ${response.status}: ${await response.text()}`);
    const page = (await response.json()) as FeedPage;
    const now = performance.now();
    for (const { transaction } of page.changes) {
      const id = transaction.reference_id ?? '';
      latest = now;
      times.set(id, now);
      waiting.get(id)?.(now);
      waiting.delete(id);
    }
    cursor = page.next_cursor;
  };
  const following = (async () => {
    while (!stopping.signal.aborted) await read();
  })().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });

  return {
    seen: (referenceId) => {
      const at = times.get(referenceId);
      if (at !== undefined) return Promise.resolve(at);
      return new Promise((resolve) => waiting.set(referenceId, resolve));
    },
    async quietFor(ms) {
      while (performance.now() - latest < ms) await sleep(50);
    },
    async close() {
      stopping.abort();
      await following;
    },
  };
}
