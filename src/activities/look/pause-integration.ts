import { statusMessage } from '../../domain/item-status.js';
import type { LookOutcome } from '../../domain/sync-outcome.js';
import { jitteredAt, inMs, labelsOf } from './results.js';
import type { LookContext, LookDeps } from './deps.js';
import { ADVICE } from './trouble.js';

/** A secret that this worker cannot read is asked for again soon: an operator mends that here, not at Plaid. */
const UNREADABLE_PROBE_MS = 60_000;

/**
 * Plaid refuses the client: the integration rests as a whole. The Item is left as it is and keeps what it owes, so that it
 * is synced as soon as the keys are good.
 */
export async function pauseIntegration(
  deps: LookDeps,
  { row }: Pick<LookContext, 'row'>,
  { code, message }: { code: string; message: string },
): Promise<LookOutcome> {
  const probeAt =
    code === 'SECRET_UNREADABLE'
      ? inMs(deps, UNREADABLE_PROBE_MS)
      : jitteredAt(deps, deps.settings.PROBE_INTERVAL, row.integration_id);
  const basis = { integrationId: row.integration_id, keysVersion: row.keys_version };
  if (!(await deps.pauses.pause(basis, { code, message, probeAt, asked: row.id })))
    return { kind: 'superseded' };
  deps.logger.warn({ integration: row.integration_id, code }, 'integration paused');
  return {
    kind: 'paused',
    status: 'erroring',
    detail: `${statusMessage(code, message)}. ${ADVICE.fix_keys}`,
    wakeAt: null,
    labels: labelsOf(row),
  };
}
