import { documentForJsonb } from '../../db/json-text.js';
import type { AuditSubject, FeedPosition } from '../../db/queries/audit-runs.js';
import { backoffMs } from '../../domain/waiting.js';
import { failpoint } from '../../failpoints.js';
import { PlaidError } from '../../plaid/plaid-error.js';
import { callOptions, type FetchContext } from '../look/deps.js';
import { RetryLater } from '../look/retry-later.js';
import { discardStaged, fetchUpdate } from '../look/fetch-update.js';
import { openSecrets } from '../look/open-secrets.js';
import { troubleOf } from '../look/trouble.js';
import type { AuditDeps, AuditSurroundings } from './deps.js';

export type ReplayOutcome =
  | { kind: 'replayed'; organizationId: string; since: FeedPosition }
  /** The audit has ended: cancelled meanwhile, or here with its reason. */
  | { kind: 'ended' };

/** As often as the sweep's shortest patience; also how soon a cancelled audit's replay gives up. */
const ALIVE_MS = 5_000;

/**
 * Reads the Item's whole history from the null cursor and compares it with the stored rows. Writes nothing but suspects: the
 * cursor, the rows and the generations of the Item are its own workflow's. Throws RetryLater where Plaid asks for patience
 * or the data changed while it was read; every attempt starts over.
 */
export async function replayItem(
  deps: AuditDeps,
  { auditId, replay }: { auditId: string; replay: number },
  subject: AuditSubject,
  around: AuditSurroundings,
): Promise<ReplayOutcome> {
  const notAudited = async (reasonCode: string, reason: string): Promise<ReplayOutcome> => {
    await deps.runs.end(auditId, { state: 'done', reasonCode, reason });
    return { kind: 'ended' };
  };
  const opened = openSecrets(deps, subject);
  if ('trouble' in opened) return notAudited(opened.trouble.code, opened.trouble.message);
  const cancelled = new AbortController();
  const watch = setInterval(() => {
    // PostgreSQL being away for a moment does not end a replay.
    void deps.runs.alive(auditId).then(
      (alive) => void (alive || cancelled.abort()),
      () => undefined,
    );
  }, ALIVE_MS);
  const context: FetchContext = {
    ...opened,
    basis: { itemId: subject.id },
    mode: 'full',
    priority: 'bulk',
    heartbeat: around.heartbeat,
    signal: AbortSignal.any([around.signal, cancelled.signal]),
  };
  try {
    return await compareWithPlaid(deps, { auditId, replay }, subject, context, notAudited);
  } catch (error) {
    if (cancelled.signal.aborted) return { kind: 'ended' };
    if (!(error instanceof PlaidError)) throw error;
    const trouble = troubleOf(error.errorClass, error.errorCode, error.message);
    if (trouble) return await notAudited(trouble.code, trouble.message);
    // From no cursor at all: refused even so, nothing that waits here gets better.
    if (error.errorClass === 'reset_cursor')
      return await notAudited(error.errorCode ?? 'UNKNOWN', error.message);
    throw new RetryLater(delayAfter(deps, error, around.attempt), error);
  } finally {
    clearInterval(watch);
  }
}

async function compareWithPlaid(
  deps: AuditDeps,
  { auditId, replay }: { auditId: string; replay: number },
  subject: AuditSubject,
  context: FetchContext,
  notAudited: (code: string, reason: string) => Promise<ReplayOutcome>,
): Promise<ReplayOutcome> {
  const since = await deps.runs.feedPosition(subject.organization_id);
  const fetched = await fetchUpdate(deps, context, null);
  if (fetched.kind !== 'fetched') throw new Error('a replay is never quick');
  const { update } = fetched;
  try {
    if (update.updateStatus !== 'HISTORICAL_UPDATE_COMPLETE')
      return await notAudited('HISTORY_NOT_COMPLETE', 'Plaid is preparing the history of the Item again.');
    const accounts = await context.api.getAccounts(
      context.accessToken,
      callOptions(deps, context, 'continuing'),
    );
    await failpoint('audit.before_compare');
    const compared = await deps.compares.compare({
      auditId,
      itemId: subject.id,
      replay,
      source: update.source,
      expectedRows: update.rows,
      winners: update.folded.upserts.length === update.rows ? null : update.folded.upserts,
      pages: update.pages,
      accounts: documentForJsonb(accounts),
    });
    await failpoint('audit.after_compare');
    return compared
      ? { kind: 'replayed', organizationId: subject.organization_id, since }
      : { kind: 'ended' };
  } finally {
    await discardStaged(deps, update.source);
  }
}

/** An audit is in no hurry: it waits as told, or with a backoff that begins like that of its Item. */
function delayAfter(deps: AuditDeps, error: PlaidError, attempt: number): number {
  const { settings } = deps;
  const tries = attempt - 1;
  switch (error.errorClass) {
    case 'rate_limited':
      return error.retryAfterMs ?? settings.RATE_LIMIT_WAIT;
    case 'retry_slow':
      return backoffMs(tries, settings.RETRY_SLOW_WAIT, settings.RECONCILE_INTERVAL);
    case 'restart':
      return backoffMs(tries, settings.RESTART_FIRST_WAIT, settings.RESTART_LONGEST_WAIT);
    default:
      return error.retryAfterMs ?? backoffMs(tries, settings.RETRY_FIRST_WAIT, settings.RETRY_LONGEST_WAIT);
  }
}
