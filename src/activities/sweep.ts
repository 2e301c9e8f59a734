import type { AuditUpkeepQueries } from '../db/queries/audit-upkeep.js';
import type { ForwardQueries } from '../db/queries/forwards.js';
import type { InboxQueries } from '../db/queries/inbox.js';
import type { RateBucketQueries } from '../db/queries/rate-buckets.js';
import type { RetentionQueries } from '../db/queries/retention.js';
import type { StagingQueries } from '../db/queries/staging.js';
import type { StatisticsQueries } from '../db/queries/statistics.js';
import type { SweepQueries } from '../db/queries/sweep.js';
import type { OwnedRow } from '../domain/task-priority.js';
import { failpoint } from '../failpoints.js';
import type { SignalSender } from '../temporal/signal-sender.js';
import { createEndStuck, type EndStuckDeps } from './end-stuck.js';
import type { IntegrationProbes } from './probe-integrations.js';

export interface SweepResult {
  adopted: number;
  signalled: number;
  /** Workflows that could not make progress, ended and begun anew. */
  restarted: number;
  forwarded: number;
  audits: number;
  pruned: number;
}

export interface SweepActivities {
  /** One round of the net below intake and signals. Safe to run twice at once. */
  sweep(): Promise<SweepResult>;
}

export interface SweepDeps extends EndStuckDeps {
  sweeps: SweepQueries;
  inbox: Pick<InboxQueries, 'pruneUnmatched' | 'pruneRejected'>;
  forwards: Pick<ForwardQueries, 'takeOverdue'>;
  staging: Pick<StagingQueries, 'prune'>;
  retention: RetentionQueries;
  rateBuckets: Pick<RateBucketQueries, 'prune'>;
  probes: IntegrationProbes;
  audits: AuditUpkeepQueries;
  statistics: Pick<StatisticsQueries, 'roll'>;
  sender: SignalSender;
  /** Tells Temporal that the sweep is alive. */
  heartbeat: () => void;
  limits: {
    unmatched: number;
    rejected: number;
    forwardCheckAfterMs: number;
    stagedForMs: number;
    auditRetentionMs: number;
  };
}

const ITEMS_PER_ROUND = 500;
const FORWARDS_PER_ROUND = 200;
const BUCKETS_PER_ROUND = 5_000;
const AUDITS_PER_ROUND = 100;
const AT_ONCE = 20;
/** Well under the heartbeat timeout of proxies.ts. */
const HEARTBEAT_MS = 2_000;

export function createSweepActivities(deps: SweepDeps): SweepActivities {
  const {
    sweeps,
    inbox,
    forwards,
    staging,
    retention,
    rateBuckets,
    probes,
    audits,
    statistics,
    sender,
    logger,
    heartbeat,
    limits,
  } = deps;
  /** Where the walk through all Items has come to, some of them in each round; each worker walks by itself. */
  let walkedTo: string | null = null;

  const endStuck = createEndStuck(deps);

  /** Sends to all, some at once; one that fails is found again by a later sweep. Answers how many got through. */
  const sendAll = async (
    rows: readonly OwnedRow[],
    send: (row: OwnedRow) => Promise<void>,
  ): Promise<number> => {
    let sent = 0;
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      const results = await Promise.allSettled(rows.slice(at, at + AT_ONCE).map(send));
      sent += results.filter((result) => result.status === 'fulfilled').length;
    }
    return sent;
  };

  const prune = async (): Promise<number> => {
    const walked = await retention.pruneItems(walkedTo);
    walkedTo = walked.next;
    return (
      walked.pruned +
      (await retention.pruneUnattached()) +
      (await inbox.pruneUnmatched(limits.unmatched)) +
      (await inbox.pruneRejected(limits.rejected)) +
      (await staging.prune(new Date(Date.now() - limits.stagedForMs))) +
      (await audits.prune(limits.auditRetentionMs))
    );
  };

  const signalOwed = async (): Promise<Pick<SweepResult, 'signalled' | 'restarted'>> => {
    const owed = await sweeps.takeOwed(ITEMS_PER_ROUND);
    await failpoint('sweep.before_signals');
    // Before their signals: each of them makes the server count the attempts anew.
    const restarted = await endStuck('item', owed);
    const signalled = await sendAll(owed, (item) => sender.look(item));
    return { signalled, restarted };
  };

  const round = async (): Promise<SweepResult> => {
    const adopted = await sweeps.adoptUnmatched(ITEMS_PER_ROUND);
    const { signalled, restarted } = await signalOwed();
    const overdue = await forwards.takeOverdue(FORWARDS_PER_ROUND, limits.forwardCheckAfterMs);
    const forwardsEnded = await endStuck('forward', overdue);
    const forwarded = await sendAll(overdue, (webhook) => sender.forward(webhook));
    const unseen = await audits.takeOwed(AUDITS_PER_ROUND);
    const auditsEnded = await endStuck('audit', [...unseen.items, ...unseen.integrations]);
    const audited =
      (await sendAll(unseen.items, (item) => sender.audit({ kind: 'item', ...item }))) +
      (await sendAll(unseen.integrations, (integration) =>
        sender.audit({ kind: 'integration', ...integration }),
      ));
    // After whatever is owed: a Plaid that is slow to answer must not hold it up. What a probe revives is owed from then on.
    const revived = await probes.probeDue();
    const afterProbes = revived > 0 ? await signalOwed() : { signalled: 0, restarted: 0 };
    const pruned = await prune();
    // An idle bucket is as good as none; how many there are is of no interest to anyone.
    await rateBuckets.prune(BUCKETS_PER_ROUND);
    // Last, and never a reason to sweep again: the API counts by itself what has not been added up.
    await statistics.roll().catch((error: unknown) => logger.warn({ err: error }, 'statistics not added up'));
    const result = {
      adopted,
      signalled: signalled + afterProbes.signalled,
      restarted: restarted + forwardsEnded + auditsEnded + afterProbes.restarted,
      forwarded,
      audits: audited,
      pruned,
    };
    if (Object.values(result).some((count) => count > 0)) logger.info(result, 'sweep');
    return result;
  };

  return {
    async sweep() {
      const beat = setInterval(heartbeat, HEARTBEAT_MS);
      try {
        return await round();
      } finally {
        clearInterval(beat);
      }
    },
  };
}
