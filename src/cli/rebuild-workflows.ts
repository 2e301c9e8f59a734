import { loadConfig } from '../config/index.js';
import { loadTemporalConfig } from '../config/temporal.js';
import { createSweepQueries } from '../db/queries/sweep.js';
import type { OwnedRow } from '../domain/task-priority.js';
import { createDeps } from '../deps.js';
import { createSignalSender } from '../temporal/signal-sender.js';
import { runProgram } from './program.js';

const PAGE = 500;
const AT_ONCE = 20;
const DEADLINE_MS = 10_000;

// Workflows are disposable: after a lost or emptied Temporal this makes every live Item's anew. Items that have one already
// are only looked at, which costs no call to Plaid when nothing is due.
runProgram('rebuild-workflows', async () => {
  const config = loadConfig();
  const deps = createDeps({ config, temporal: loadTemporalConfig(), name: 'ardea-rebuild' });
  try {
    const sweeps = createSweepQueries({ db: deps.db, signalStaleAfterMs: config.SIGNAL_STALE_AFTER });
    const sender = createSignalSender({
      client: deps.temporal.client,
      taskQueue: config.TEMPORAL_TASK_QUEUE,
      deadlineMs: DEADLINE_MS,
    });
    let signalled = 0;
    let after: string | null = null;
    for (;;) {
      const items: OwnedRow[] = await sweeps.liveItems(after, PAGE);
      for (let at = 0; at < items.length; at += AT_ONCE) {
        await Promise.all(items.slice(at, at + AT_ONCE).map((item) => sender.look(item)));
        signalled += Math.min(AT_ONCE, items.length - at);
      }
      if (items.length < PAGE) break;
      after = items.at(-1)?.id ?? null;
    }
    console.log(`signalled ${signalled} Items; each has its workflow now`);
  } finally {
    await deps.close();
  }
});
