import { setTimeout as sleep } from 'node:timers/promises';
import type { Ask } from '../http.js';
import type { Journal } from '../journal.js';
import { createRandom } from '../random.js';

/** A transaction of the feed, as the API shows it; numbers are LosslessNumbers. */
export type FeedRow = Record<string, unknown> & {
  heron_id: string;
  reference_id: string;
  last_updated: string;
};

export interface ReaderOptions {
  name: string;
  apiUrl: string;
  apiKey: string;
  limit: number;
  /** Seconds of long polling. */
  wait: number;
  /** Longest rest between two pages. */
  pauseMs: number;
  /** How often, of its pages, it dies after it has applied one and before it has saved the cursor. */
  dies: number;
  /** Starts late, as a reader that comes from nothing does. */
  startAfterMs: number;
  seed: number;
}

/** An integrator's copy of an organisation's transactions, made from the change feed alone. */
export interface FeedReader {
  name: string;
  apiKey: string;
  /** By heron_id. */
  copy: ReadonlyMap<string, FeedRow>;
  pages(): number;
  changes(): number;
  /** What no reader may see: a refused cursor, a time that runs backwards. */
  complaints: string[];
  /** From now on it reads without pauses and deaths. */
  hurry(): void;
  /** Resolves when it has reached the end of the feed after this call. */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

interface FeedPage {
  changes: { op: 'upsert' | 'delete'; transaction: FeedRow }[];
  next_cursor: string;
  has_more: boolean;
}

const AFTER_ERROR_MS = 300;

export function startFeedReader(ask: Ask, journal: Journal, options: ReaderOptions): FeedReader {
  const { name, apiUrl, apiKey, limit, wait } = options;
  const random = createRandom(`${options.seed}/reader/${name}`);
  const copy = new Map<string, FeedRow>();
  const complaints: string[] = [];
  const closing = new AbortController();
  let hurrying = false;
  let saved: string | null = null;
  let pages = 0;
  let changes = 0;
  let latest = '';
  let ended: (() => void)[] = [];

  const read = async (waitSeconds: number): Promise<FeedPage | null> => {
    const url = new URL('/api/transactions/changes', apiUrl);
    url.searchParams.set('limit', String(limit));
    if (waitSeconds > 0) url.searchParams.set('wait', String(waitSeconds));
    if (saved !== null) url.searchParams.set('cursor', saved);
    const answer = await ask('GET', url.href, {
      headers: { 'x-api-key': apiKey },
      timeoutMs: (waitSeconds + 15) * 1_000,
      signal: closing.signal,
    });
    if (answer.status === 200) return answer.json as FeedPage;
    if (answer.status < 500 && answer.status !== 429)
      complaints.push(
        `${name}: the feed answered ${answer.status} to cursor ${saved}: ${answer.text.slice(0, 300)}`,
      );
    return null;
  };
  const apply = (page: FeedPage): void => {
    let before = latest;
    for (const { op, transaction } of page.changes) {
      if (op === 'upsert') copy.set(transaction.heron_id, transaction);
      else copy.delete(transaction.heron_id);
      if (transaction.last_updated < before)
        complaints.push(
          `${name}: last_updated went back from ${before} to ${transaction.last_updated} at ${transaction.reference_id}`,
        );
      before = transaction.last_updated;
    }
    pages += 1;
    changes += page.changes.length;
  };
  const turn = async (): Promise<void> => {
    const asked = ended;
    const page = await read(hurrying ? 0 : wait);
    if (page === null) return void (await sleep(AFTER_ERROR_MS));
    apply(page);
    if (!hurrying && random.chance(options.dies)) {
      journal.count('reader deaths');
      return;
    }
    saved = page.next_cursor;
    latest = page.changes.at(-1)?.transaction.last_updated ?? latest;
    if (!page.has_more && page.changes.length === 0) {
      for (const resolve of asked) resolve();
      ended = ended.filter((resolve) => !asked.includes(resolve));
    }
    if (!hurrying && options.pauseMs > 0) await sleep(random.between(0, options.pauseMs));
    else if (page.changes.length === 0) await sleep(100);
  };
  const following = (async () => {
    await sleep(options.startAfterMs, undefined, { signal: closing.signal }).catch(() => undefined);
    while (!closing.signal.aborted) await turn().catch(() => sleep(AFTER_ERROR_MS));
  })();

  return {
    name,
    apiKey,
    copy,
    complaints,
    pages: () => pages,
    changes: () => changes,
    hurry: () => void (hurrying = true),
    caughtUp: () => new Promise((resolve) => (ended = [...ended, resolve])),
    async close() {
      closing.abort();
      await following;
    },
  };
}

/** Three readers per organisation that have nothing in common. */
export const READERS: readonly Pick<ReaderOptions, 'limit' | 'wait' | 'pauseMs' | 'dies'>[] = [
  { limit: 7, wait: 0, pauseMs: 150, dies: 0.1 },
  { limit: 100, wait: 2, pauseMs: 2_000, dies: 0.2 },
  { limit: 1_000, wait: 25, pauseMs: 0, dies: 0.05 },
];
