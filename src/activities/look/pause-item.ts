import type { LookOutcome } from '../../domain/sync-outcome.js';
import type { Trouble } from '../../db/queries/look-results.js';
import type { LookContext, LookDeps } from './deps.js';
import { jitteredAt, troubled } from './results.js';

/**
 * Records why an Item cannot be synced, and ends the look. It is probed from time to time, unless it is gone or an operator
 * must decide: then only a new link or a refresh brings it back.
 */
export async function pauseItem(
  deps: LookDeps,
  { row, basis, ailed }: Pick<LookContext, 'row' | 'basis'> & Partial<Pick<LookContext, 'ailed'>>,
  trouble: Trouble,
): Promise<LookOutcome> {
  const isProbed = trouble.health !== 'deleted' && trouble.action !== 'decide';
  const next = isProbed ? jitteredAt(deps, deps.settings.PROBE_INTERVAL, row.id) : null;
  const since = ailed?.code === trouble.code ? ailed.since : null;
  if (!(await deps.results.recordTrouble(basis, trouble, next, since))) return { kind: 'superseded' };
  return troubled(row, trouble, next);
}
