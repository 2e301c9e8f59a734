import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Caller } from '../../../src/api/caller.js';
import { createGate } from '../../../src/api/gate.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const caller = { kind: 'session', session: { id: 's' } } as unknown as Caller;

const watch = (isLive: () => Promise<boolean>) => {
  const asked = vi.fn(isLive);
  const unused = () => {
    throw new Error('not asked');
  };
  const gate = createGate({ authenticate: unused, assertSameOrigin: unused, sessions: { isLive: asked } });
  const over = new AbortController();
  return { asked, over, ended: gate.untilSessionEnds(caller, over.signal) };
};

it('ends a stream soon after the session has ended, whatever PostgreSQL does meanwhile', async () => {
  const answers = ['live', 'away', 'ended'];
  const { ended } = watch(async () => {
    const answer = answers.shift();
    if (answer === 'away') throw new Error('away');
    return answer === 'live';
  });
  await vi.advanceTimersByTimeAsync(14_000);
  expect(ended.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ended.aborted).toBe(true);
});

it('looks no more once the stream is over', async () => {
  const { asked, over } = watch(() => Promise.resolve(true));
  await vi.advanceTimersByTimeAsync(5_000);
  over.abort();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveBeenCalledTimes(1);
});
