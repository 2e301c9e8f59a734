import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { FeedPosition } from '../../db/queries/audit-runs.js';
import { whyNotAudited } from '../../domain/audit.js';
import { backoffMs } from '../../domain/waiting.js';
import { failpoint } from '../../failpoints.js';
import { RateBudgetDenied } from '../../plaid/rate-budget.js';
import { retryFailure } from '../look/activities.js';
import { RetryLater } from '../look/retry-later.js';
import type { AuditDeps } from './deps.js';
import { replayItem, type ReplayOutcome } from './replay.js';

/** A step that found the audit ended, by a user or by itself with a reason, answers null; its workflow then leaves it. */
export interface AuditActivities {
  /** The audit that the Item is owed, set running from its beginning; null when there is none. */
  beginAudit(itemId: string): Promise<{ auditId: string } | null>;
  /** Marks the Item dirty and signals its own workflow; answers the generation that is to be synced. */
  requestAuditSync(auditId: string): Promise<{ gen: string } | null>;
  /** Waits until that generation is synced. Ends the audit if the Item cannot be audited. */
  awaitAuditSync(input: { auditId: string; gen: string }): Promise<{ synced: true } | null>;
  /** Reads the whole history from Plaid and compares; see replayItem. */
  replayForAudit(input: { auditId: string; gen: string; replay: number }): Promise<ReplayOutcome>;
  /** Drops what was touched meanwhile, and ends the audit if nothing is left or a second replay has confirmed it. */
  settleAudit(input: SettleInput): Promise<{ suspects: number } | null>;
  /** A step failed for good. */
  failAudit(input: { auditId: string; reason: string }): Promise<void>;
  /** One step of an integration's audit; null when it has ended. */
  advanceIntegrationAudit(integrationId: string): Promise<{ started: number; open: number } | null>;
}

export interface SettleInput {
  auditId: string;
  replay: number;
  organizationId: string;
  since: FeedPosition;
  /** Whether what is left is final. */
  last: boolean;
}

/** Well under the heartbeat timeout of proxies.ts. */
const HEARTBEAT_MS = 5_000;
/** An attempt at waiting holds a worker's slot: short, and then again later. */
const WAITS_WITHIN_ATTEMPT = [50, 100, 200, 400, 800, 1_600];
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;
const STARTS_AT_ONCE = 20;

export function createAuditActivities(deps: AuditDeps): AuditActivities {
  const { runs, compares, fleets, sender, logger } = deps;

  /** Whether the sync has ended; `ended` when the audit has. */
  const lookAtSync = async (auditId: string, gen: string): Promise<'waiting' | 'synced' | 'ended'> => {
    const subject = await runs.subject(auditId, gen);
    if (subject === null) return 'ended';
    const why = whyNotAudited(subject, subject.synced);
    if (why === null) return subject.synced ? 'synced' : 'waiting';
    await runs.end(auditId, { state: 'done', reasonCode: why.code, reason: why.reason });
    return 'ended';
  };

  return {
    async beginAudit(itemId) {
      const auditId = await runs.begin(itemId);
      return auditId === null ? null : { auditId };
    },

    async requestAuditSync(auditId) {
      if (!(await runs.enter(auditId, 'syncing'))) return null;
      const requested = await runs.requestSync(auditId);
      if (requested === null) return null;
      if (requested.signal)
        await sender
          .look(requested.item)
          .catch((error: unknown) => logger.debug({ err: error }, "an audit's signal is left to the sweep"));
      return { gen: requested.gen };
    },

    async awaitAuditSync({ auditId, gen }) {
      const { info, cancellationSignal } = Context.current();
      if (!(await runs.alive(auditId))) return null;
      for (const wait of [0, ...WAITS_WITHIN_ATTEMPT]) {
        await sleep(wait, undefined, { signal: cancellationSignal });
        const state = await lookAtSync(auditId, gen);
        if (state === 'ended') return null;
        if (state === 'synced') return { synced: true };
      }
      throw ApplicationFailure.create({
        message: 'the Item has not been synced yet',
        type: 'NotSyncedYet',
        nextRetryDelay: backoffMs(info.attempt - 1, FIRST_WAIT_MS, LONGEST_WAIT_MS),
        category: ApplicationFailureCategory.BENIGN,
      });
    },

    async replayForAudit({ auditId, gen, replay }) {
      const context = Context.current();
      if (!(await runs.enter(auditId, 'replaying'))) return { kind: 'ended' };
      const subject = await runs.subject(auditId, gen);
      if (subject === null) return { kind: 'ended' };
      let progress = { pages: 0, rows: 0 };
      const timer = setInterval(() => context.heartbeat(progress), HEARTBEAT_MS);
      try {
        return await replayItem(deps, { auditId, replay }, subject, {
          attempt: context.info.attempt,
          signal: context.cancellationSignal,
          heartbeat: (now) => {
            progress = now;
            context.heartbeat(now);
          },
        });
      } catch (error) {
        if (context.cancellationSignal.aborted)
          throw ApplicationFailure.create({ message: 'attempt given up: cancelled', type: 'AuditCancelled' });
        if (error instanceof RetryLater) throw retryFailure(error);
        if (error instanceof RateBudgetDenied) throw awaitTurnFailure(error);
        throw error;
      } finally {
        clearInterval(timer);
      }
    },

    async settleAudit({ auditId, replay, organizationId, since, last }) {
      if (!(await runs.enter(auditId, 'settling'))) return null;
      await failpoint('audit.before_settle');
      const suspects = await compares.settle(auditId, replay, organizationId, since);
      if (suspects === null) return null;
      if (suspects === 0 || last) {
        await compares.finish(auditId, replay);
        logger.info({ auditId, suspects }, 'audit ended');
      }
      return { suspects };
    },

    async failAudit({ auditId, reason }) {
      await runs.end(auditId, { state: 'failed', reasonCode: 'STEP_FAILED', reason });
      logger.warn({ auditId, reason }, 'audit failed');
    },

    async advanceIntegrationAudit(integrationId) {
      const step = await fleets.advance(integrationId, deps.atOnce);
      if (step === null) return null;
      for (let at = 0; at < step.start.length; at += STARTS_AT_ONCE)
        // What does not get through is started by the sweep.
        await Promise.allSettled(
          step.start.slice(at, at + STARTS_AT_ONCE).map((item) => sender.audit({ kind: 'item', ...item })),
        );
      return { started: step.start.length, open: step.open };
    },
  };
}

/** The rate budget has no token: bulk work comes again at the turn it was told. Nobody's fault, so not counted as one. */
const awaitTurnFailure = ({ message, waitMs }: RateBudgetDenied): ApplicationFailure =>
  ApplicationFailure.create({
    message: `waiting for its turn: ${message}`,
    type: 'RateBudgetDenied',
    nextRetryDelay: Math.max(Math.ceil(waitMs), 1),
    category: ApplicationFailureCategory.BENIGN,
  });
