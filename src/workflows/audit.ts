import { ActivityFailure, isCancellation } from '@temporalio/workflow';
import type { AuditWorkflowInput } from './messages.js';
import {
  awaitAuditSync,
  beginAudit,
  failAudit,
  replayForAudit,
  requestAuditSync,
  settleAudit,
} from './proxies.js';

/** A second replay confirms what the first one found: what was there only for a moment is no finding. */
const REPLAYS = 2;

/**
 * The audits that an Item is owed, one after the other. All it knows lies in PostgreSQL: whatever is terminated or killed,
 * the sweep starts it again, and the audit begins anew.
 */
export async function auditWorkflow({ itemId }: AuditWorkflowInput): Promise<void> {
  for (;;) {
    const owed = await beginAudit(itemId);
    if (owed === null) return;
    const { auditId } = owed;
    try {
      await audit(auditId);
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      await failAudit({ auditId, reason: reasonOf(error) });
    }
  }
}

async function audit(auditId: string): Promise<void> {
  let gen = await sync(auditId);
  for (let replay = 1; gen !== null; replay++) {
    const replayed = await replayForAudit({ auditId, gen, replay });
    if (replayed.kind === 'ended') return;
    gen = await sync(auditId);
    if (gen === null) return;
    const { organizationId, since } = replayed;
    const last = replay === REPLAYS;
    const settled = await settleAudit({ auditId, replay, organizationId, since, last });
    if (settled === null || settled.suspects === 0 || last) return;
  }
}

/** Has the Item synced by its own workflow; null when the audit has ended. */
async function sync(auditId: string): Promise<string | null> {
  const requested = await requestAuditSync(auditId);
  if (requested === null) return null;
  return (await awaitAuditSync({ auditId, gen: requested.gen })) === null ? null : requested.gen;
}

/** A timeout says that time is up; what it carries says what the time was spent on. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
