import { setImmediate } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { createSweepActivities, type SweepDeps } from '../../../src/activities/sweep.js';
import type { EndedWorkflow, StuckWorkflows } from '../../../src/temporal/stuck-workflows.js';

const none = () => Promise.resolve(0);
const row = (id: string, repeatedSignals = 1) => ({ id, organizationId: 'organization', repeatedSignals });
const STUCK: EndedWorkflow = {
  workflow: 'item',
  workflowId: 'item/stuck',
  runId: 'run',
  attempt: 7,
  cause: 'NON_DETERMINISTIC_ERROR',
  message: '[TMPRL1100]',
  failingSince: new Date(0),
};

/** A sweep in which everything is owed once; `probe` is answered by the test. */
function createRound(
  probe: () => Promise<number>,
  over: Partial<SweepDeps> = {},
): { sweep: () => Promise<unknown>; done: string[] } {
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
    forwards: { takeOverdue: () => Promise.resolve([{ id: 'webhook', organizationId: 'organization' }]) },
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
    stuck: { end: () => Promise.resolve(null) },
    logger: { info: () => undefined } as unknown as SweepDeps['logger'],
    heartbeat: () => undefined,
    limits: { unmatched: 1, rejected: 1, forwardCheckAfterMs: 1, stagedForMs: 1, auditRetentionMs: 1 },
    ...over,
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

/** A sweep to which these Items, and nothing else, are owed. */
const roundOf = (
  items: ReturnType<typeof row>[],
  end: StuckWorkflows['end'],
  over: Partial<SweepDeps> = {},
) =>
  createRound(none, {
    sweeps: {
      adoptUnmatched: none,
      takeOwed: () => Promise.resolve(items),
      liveItems: () => Promise.resolve([]),
    },
    forwards: { takeOverdue: () => Promise.resolve([]) },
    audits: { takeOwed: () => Promise.resolve({ items: [], integrations: [] }), prune: none },
    stuck: { end },
    ...over,
  });

it('looks at those whose signal was repeated often, the most often first, and at no more than twenty', async () => {
  const items = Array.from({ length: 60 }, (_, index) => row(`item-${index}`, index % 30));
  const looked: string[] = [];
  const { sweep, done } = roundOf(items, async (_, id) => {
    looked.push(id);
    return null;
  });
  expect(await sweep()).toMatchObject({ signalled: 60, restarted: 0 });
  const most = [29, 28, 27, 26, 25, 24, 23, 22, 21, 20].flatMap((index) => [
    `item-${index}`,
    `item-${index + 30}`,
  ]);
  expect(looked).toEqual(most);
  expect(done).toHaveLength(60);
});

it('looks at nobody while signals are answered', async () => {
  const end = vi.fn<StuckWorkflows['end']>();
  const { sweep } = roundOf([row('item', 3)], end);
  expect(await sweep()).toMatchObject({ signalled: 1, restarted: 0 });
  expect(end).not.toHaveBeenCalled();
});

it('ends what is stuck before its signal, says so and counts it, whatever else cannot be looked at', async () => {
  const [warn, onEnded] = [vi.fn(), vi.fn()];
  const order: string[] = [];
  const { sweep } = roundOf(
    [row('silent', 9), row('stuck', 8)],
    async (_, id) => {
      if (id === 'silent') throw new Error('no answer');
      order.push(`end ${id}`);
      return STUCK;
    },
    {
      logger: { info: () => undefined, warn } as unknown as SweepDeps['logger'],
      onEnded,
      sender: {
        look: async ({ id }) => void order.push(`look ${id}`),
        forward: () => Promise.resolve(),
        audit: () => Promise.resolve(),
      },
    },
  );
  expect(await sweep()).toMatchObject({ signalled: 2, restarted: 1 });
  expect(order).toEqual(['end stuck', 'look silent', 'look stuck']);
  expect(onEnded).toHaveBeenCalledExactlyOnceWith(STUCK);
  expect(warn).toHaveBeenCalledWith(
    expect.objectContaining({ id: 'stuck', runId: 'run', attempt: 7, cause: 'NON_DETERMINISTIC_ERROR' }),
    expect.any(String),
  );
});

it('looks at forwards that nothing works on, and at audits whose start was repeated often', async () => {
  const looked: string[] = [];
  const { sweep, done } = createRound(none, {
    audits: {
      takeOwed: () =>
        Promise.resolve({ items: [row('audit', 4), row('new', 1)], integrations: [row('fleet', 5)] }),
      prune: none,
    },
    stuck: {
      end: async (workflow, id) => {
        looked.push(`${workflow} ${id}`);
        return null;
      },
    },
  });
  await sweep();
  expect(looked).toEqual(['forward webhook', 'audit fleet', 'audit audit']);
  expect(done).toEqual(['look item', 'forward', 'audit', 'audit', 'audit']);
});
