import { replayItem } from '../../src/activities/audit/replay.js';
import type { AuditDeps } from '../../src/activities/audit/deps.js';
import { whyNotAudited } from '../../src/domain/audit.js';
import { createAuditCompareQueries } from '../../src/db/queries/audit-compare.js';
import { createAuditFleetQueries } from '../../src/db/queries/audit-fleet.js';
import { createAuditRepairQueries } from '../../src/db/queries/audit-repair.js';
import type { AuditExample, AuditRow } from '../../src/db/queries/audit-row.js';
import { createAuditRunQueries } from '../../src/db/queries/audit-runs.js';
import { createAuditQueries } from '../../src/db/queries/audits.js';
import type { TestEngine } from './engine.js';

const quiet = { attempt: 1, signal: new AbortController().signal, heartbeat: () => undefined };

export interface TestAudit {
  audit: AuditRow;
  examples: AuditExample[];
}

export interface AuditHooks {
  /** Between each replay and the sync that follows it. */
  afterReplay?: (replay: number) => Promise<void>;
}

/** The steps of an Item's audit as its workflow takes them, without Temporal; Items are synced by the test's engine. */
export const createTestAudits = (
  engine: Pick<TestEngine, 'db' | 'organizationId' | 'integrationId' | 'deps' | 'settle'>,
) => {
  const { db, organizationId, integrationId } = engine;
  const owned = { db, signalStaleAfterMs: 15_000 };
  const runs = createAuditRunQueries(owned);
  const compares = createAuditCompareQueries(db);
  const audits = createAuditQueries(db);
  const repairs = createAuditRepairQueries(owned);
  const deps: AuditDeps = {
    ...engine.deps,
    runs,
    compares,
    fleets: createAuditFleetQueries(db),
    sender: { look: () => Promise.resolve(), audit: () => Promise.resolve() },
    atOnce: 2,
  };

  /** Null when the audit has ended. */
  const sync = async (auditId: string, itemId: string): Promise<string | null> => {
    const requested = await runs.requestSync(auditId);
    if (requested === null) return null;
    await engine.settle(itemId);
    const subject = await runs.subject(auditId, requested.gen);
    const why = subject && whyNotAudited(subject, subject.synced);
    if (!why) return requested.gen;
    await runs.end(auditId, { state: 'done', reasonCode: why.code, reason: why.reason });
    return null;
  };

  const run = async (itemId: string, { afterReplay }: AuditHooks = {}): Promise<void> => {
    const auditId = await runs.begin(itemId);
    if (auditId === null) return;
    let gen = await sync(auditId, itemId);
    for (let replay = 1; gen !== null; replay++) {
      const subject = await runs.subject(auditId, gen);
      const outcome = await replayItem(deps, { auditId, replay }, subject!, quiet);
      if (outcome.kind === 'ended') return;
      await afterReplay?.(replay);
      gen = await sync(auditId, itemId);
      if (gen === null) return;
      const left = await compares.settle(auditId, replay, organizationId, outcome.since);
      if (left === null) return;
      if (left === 0 || replay === 2) return compares.finish(auditId, replay);
    }
  };

  const read = async (auditId: string): Promise<TestAudit> => ({
    audit: (await audits.find(organizationId, integrationId, auditId))!,
    examples: await audits.examples(auditId),
  });

  return {
    deps,
    runs,
    audits,
    repairs,
    read,
    /** The audit that the Item is owed. */
    run,
    async audit(itemId: string, hooks: AuditHooks = {}): Promise<TestAudit> {
      const { audit } = await audits.request({ organizationId, integrationId, itemId });
      await run(itemId, hooks);
      return read(audit.id);
    },
  };
};
