import { QueryClient, QueryObserver, type QueryKey } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createStaleness, type Staleness } from '../../../dashboard/src/api/staleness';

let queries: QueryClient;
let staleness: Staleness;
let isHidden = false;

beforeEach(() => {
  vi.useFakeTimers();
  isHidden = false;
  queries = new QueryClient();
  staleness = createStaleness(queries, () => isHidden);
});
afterEach(() => {
  staleness.close();
  queries.clear();
  vi.useRealTimers();
});

/** Something on the screen that takes a while to read; says how often that began and came to its end. */
const show = async (queryKey: QueryKey, takesMs = 20) => {
  const reads = { begun: 0, ended: 0 };
  const observer = new QueryObserver(queries, {
    queryKey,
    queryFn: async ({ signal }) => {
      reads.begun += 1;
      await new Promise((resolve) => setTimeout(resolve, takesMs));
      if (!signal.aborted) reads.ended += 1;
      return reads.begun;
    },
    staleTime: Infinity,
  });
  observer.subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(takesMs);
  expect(reads).toEqual({ begun: 1, ended: 1 });
  return reads;
};

const RESET = { type: 'reset' } as const;
const news = (item_id: string) => [{ type: 'transactions', item_id }] as const;

it('reads what a first event tells of at once, and of its Item only', async () => {
  const [list, own, other] = [
    await show(['items', 'list', {}]),
    await show(['items', { item_id: 'own' }]),
    await show(['items', { item_id: 'other' }]),
  ];
  staleness.note(news('own'));
  expect([list.begun, own.begun, other.begun]).toEqual([2, 2, 1]);
});

it('reads a slow list to its end under steady events, once a second at most, and the last change too', async () => {
  const list = await show(['transactions', 'search'], 1_500);
  for (let tick = 0; tick < 20; tick++) {
    staleness.note(news('own'));
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(list.ended).toBeGreaterThanOrEqual(5);
  expect(list.begun).toBeLessThanOrEqual(list.ended + 1);
  await vi.advanceTimersByTimeAsync(5_000);
  const { begun } = list;
  staleness.note(news('own'));
  await vi.advanceTimersByTimeAsync(100);
  staleness.note(news('own'));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(list).toEqual({ begun: begun + 2, ended: begun + 2 });
});

it('reads all of the page at the same pace when more has changed than is told, statistics at a walk', async () => {
  const [list, statistics] = [await show(['items', 'list', {}]), await show(['statistics', '24h'])];
  for (let tick = 0; tick < 20; tick++) {
    staleness.note([RESET]);
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(list.begun).toBeGreaterThanOrEqual(10);
  expect(list.begun).toBeLessThanOrEqual(12);
  expect(statistics.begun).toBeGreaterThanOrEqual(2);
  expect(statistics.begun).toBeLessThanOrEqual(3);
});

it('never asks who is logged in: whose session has ended learns it by what they do', async () => {
  const session = await show(['session']);
  staleness.note([RESET, ...news('own')]);
  staleness.noteReadBefore(Date.now() + 1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(session.begun).toBe(1);
});

it('reads again, a second later, what was read before the stream began, and nothing else', async () => {
  const before = await show(['items', 'list', {}]);
  await vi.advanceTimersByTimeAsync(500);
  const after = await show(['transactions', {}, 'search', {}]);
  staleness.noteReadBefore(Date.now() - 200);
  // Who has only just got the first rows is answered first.
  await vi.advanceTimersByTimeAsync(900);
  expect(before.begun).toBe(1);
  await vi.advanceTimersByTimeAsync(5_000);
  expect([before.begun, after.begun]).toEqual([2, 1]);
});

it('reads nothing while nobody sees the page, and knows it to be old', async () => {
  const list = await show(['items', 'list', {}]);
  isHidden = true;
  staleness.note(news('own'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(list.begun).toBe(1);
  // Which the client then reads when the window is looked at.
  expect(queries.getQueryState(['items', 'list', {}])?.isInvalidated).toBe(true);
});

it.each([
  ['a webhook that an Item’s sync has consumed', 'item', ['inbox', 'one', 'iwh']],
  ['end users and webhooks of an integration that was stopped', 'integration', ['end_users', 'list', {}]],
  [
    'end users and webhooks of an integration that was stopped',
    'integration',
    ['inbox', { item_id: undefined }],
  ],
] as const)('reads %s', async (_what, type, key) => {
  const shown = await show(key);
  staleness.note([{ type }]);
  expect(shown.begun).toBe(2);
});
