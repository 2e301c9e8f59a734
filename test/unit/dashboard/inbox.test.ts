import { expect, it, vi } from 'vitest';

vi.stubGlobal('location', new URL('http://localhost:3000/inbox'));
vi.stubGlobal('addEventListener', () => undefined);
const { pollForwards } = await import('../../../dashboard/src/api/inbox');

const webhook = (state: 'pending' | 'sent', secondsAgo: number) => ({
  forward: { state, attempts: 0, error: null, forwarded: null },
  last_received: new Date(Date.now() - secondsAgo * 1_000).toISOString(),
});

it('looks at pending forwards again, the rarer the longer they are pending', () => {
  expect(pollForwards([webhook('sent', 1)])).toBe(false);
  expect(pollForwards([])).toBe(false);
  expect(pollForwards([webhook('sent', 1), webhook('pending', 1), webhook('pending', 9_000)])).toBe(3_000);
  expect(pollForwards([webhook('pending', 600)])).toBeCloseTo(60_000, -3);
  expect(pollForwards([webhook('pending', 90_000)])).toBe(300_000);
});
