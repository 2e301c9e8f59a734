import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { follow } from '../../../dashboard/src/api/event-stream';

/** What the browser has of a stream; the tests are the server. */
class Source {
  static readonly CLOSED = 2;
  static opened: Source[] = [];
  readyState = 0;
  onopen = (): void => undefined;
  onmessage = (_event: { data: string }): void => undefined;
  onerror = (): void => undefined;
  constructor() {
    Source.opened.push(this);
  }
  close(): void {
    this.readyState = Source.CLOSED;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Source);
  Source.opened = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const begin = () => {
  const told: unknown[] = [];
  const ending = new AbortController();
  const over = follow(ending.signal, {
    onOpen: () => told.push('open'),
    onEvents: (events) => told.push(events),
    onLost: () => told.push('lost'),
  });
  void over.then((why) => told.push(why));
  return { told, source: Source.opened[0]!, ending };
};
const alive = { data: '{"events":[]}' };

it('ends a stream that has fallen silent, and tells', async () => {
  const { told, source } = begin();
  source.onopen();
  for (let sign = 0; sign < 10; sign++) {
    await vi.advanceTimersByTimeAsync(15_000);
    source.onmessage(alive);
  }
  expect(told).toEqual(['open', ...Array<never[]>(10).fill([])]);
  await vi.advanceTimersByTimeAsync(46_000);
  expect(told.slice(11)).toEqual(['lost', 'silent']);
  expect(source.readyState).toBe(Source.CLOSED);
});

it('tells that it has broken off while the browser tries again', async () => {
  const { told, source, ending } = begin();
  source.onerror();
  expect(told).toEqual(['lost']);
  expect(source.readyState).toBe(0);
  ending.abort();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual(['lost', 'refused']);
});

it('tells of a refusal once', async () => {
  const { told, source } = begin();
  source.readyState = Source.CLOSED;
  source.onerror();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual(['refused']);
});
