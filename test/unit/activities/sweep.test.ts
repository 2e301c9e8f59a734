import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createSweepActivities, type SweepDeps } from '../../../src/activities/sweep.js';

const none = () => Promise.resolve(0);
const row = (id: string) => ({ id, organizationId: 'organization' });

/** A sweep in which everything is owed once; `probe` is answered by the test. */
function createRound(probe: () => Promise<number>): { sweep: () => Promise<unknown>; done: string[] } {
  const done: string[] = [];
  const note = (what: string) => () => {
    done.push(what);
    return Promise.resolve();
  };
  const owed = [[row('item')], [row('revived')]];
  const deps: SweepDeps = {
    sweeps: {
      adoptUnmatched: none,
      takeOwed: () => Promise.resolve(owed.shift() ?? []),
      liveItems: () => Promise.resolve([]),
    },
    inbox: { pruneUnmatched: none, pruneRejected: none },
    forwards: { takeOverdue: () => Promise.resolve([row('webhook')]) },
    staging: { prune: none },
    retention: { pruneItems: () => Promise.resolve({ pruned: 0, next: null }), pruneUnattached: none },
    rateBuckets: { prune: none },
    probes: { probeDue: probe },
    audits: { takeOwed: () => Promise.resolve({ items: [row('audit')], integrations: [] }), prune: none },
    statistics: { roll: none },
    sender: {
      look: ({ id }) => note(`look ${id}`)(),
      forward: note('forward'),
      audit: note('audit'),
    },
    logger: { info: () => undefined } as unknown as SweepDeps['logger'],
    heartbeat: () => undefined,
    limits: { unmatched: 1, rejected: 1, forwardCheckAfterMs: 1, stagedForMs: 1, auditRetentionMs: 1 },
  };
  return { sweep: () => createSweepActivities(deps).sweep(), done };
}

it('sends what is owed without waiting for a Plaid that is slow to answer a probe', async () => {
  let answer: (revived: number) => void = () => undefined;
  const probe = new Promise<number>((resolve) => (answer = resolve));
  const { sweep, done } = createRound(() => probe);
  const ended = sweep();
  for (let turns = 0; turns < 20; turns++) await setImmediate();
  expect(done).toEqual(['look item', 'forward', 'audit']);
  answer(1);
  expect(await ended).toMatchObject({ signalled: 2, forwarded: 1, audits: 1 });
  expect(done.at(-1)).toBe('look revived');
});

it('does not look for what is owed twice when no probe revived anything', async () => {
  const { sweep, done } = createRound(none);
  expect(await sweep()).toMatchObject({ signalled: 1 });
  expect(done).not.toContain('look revived');
});
