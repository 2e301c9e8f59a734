import type { Trouble } from '../../db/queries/look-results.js';
import type { LookOutcome } from '../../domain/sync-outcome.js';
import { backoffMs, restartsExhausted } from '../../domain/waiting.js';
import { RateBudgetDenied } from '../../plaid/rate-budget.js';
import { awaitTurn } from './await-turn.js';
import { PlaidCallAborted, PlaidError } from '../../plaid/plaid-error.js';
import { secondWord } from './confirm-gone.js';
import type { LookContext, LookDeps } from './deps.js';
import { pauseIntegration } from './pause-integration.js';
import { pauseItem } from './pause-item.js';
import { inMs, resultOf } from './results.js';
import { RetryLater } from './retry-later.js';
import { noteError } from './run.js';
import { troubleOf } from './trouble.js';

/** Turns what a look ran into, into its outcome; rethrows what is not Plaid's. */
export async function failed(deps: LookDeps, context: LookContext, error: unknown): Promise<LookOutcome> {
  if (error instanceof RateBudgetDenied) return awaitTurn(deps, context, error);
  // A quick sync gives up early: the regular activity has the time.
  const handover = { kind: 'handover', priority: context.priority } as const;
  if (error instanceof PlaidCallAborted && context.mode === 'quick') return handover;
  if (!(error instanceof PlaidError)) throw error;
  if (context.mode === 'quick' && error.httpStatus === null) return handover;

  // A snapshot starts from no cursor at all: refused even so, it is our bug and not a reason to go round in circles.
  const errorClass =
    error.errorClass === 'reset_cursor' && context.row.resync_reason !== null ? 'bug' : error.errorClass;
  if (errorClass === 'client')
    return pauseIntegration(deps, context, {
      code: error.errorCode ?? 'UNKNOWN',
      message: error.message,
    });
  const trouble = troubleOf(errorClass, error.errorCode, error.message);
  if (trouble?.action === 'new_link') return severed(deps, context, error, trouble);
  if (trouble) return pauseItem(deps, context, trouble);
  switch (errorClass) {
    case 'restart':
      return restart(deps, context);
    case 'reset_cursor':
      await deps.results.requireResync(context.basis, error.summary);
      return { kind: 'superseded' };
    case 'retry_slow':
      return slow(deps, context, error);
    default:
      return retry(deps, context, error);
  }
}

/** What only a new link would mend, unless /item/get knows better. */
async function severed(
  deps: LookDeps,
  context: LookContext,
  error: PlaidError,
  trouble: Trouble,
): Promise<LookOutcome> {
  let word;
  try {
    word = await secondWord(deps, context, error);
  } catch (other) {
    noteError(context.run, other);
    return failed(deps, context, other);
  }
  if (word?.kind === 'healthy') return retry(deps, context, error);
  return pauseItem(deps, context, word?.trouble ?? trouble);
}

/** Invariant I4: everything fetched is discarded, and the update starts over from its first cursor. */
async function restart(deps: LookDeps, context: LookContext): Promise<LookOutcome> {
  const { row, basis } = context;
  const { RESTART_FIRST_WAIT, RESTART_LONGEST_WAIT, RESTART_WINDOW, RESTART_MINIMUM } = deps.settings;
  const next = inMs(deps, backoffMs(row.restarts, RESTART_FIRST_WAIT, RESTART_LONGEST_WAIT));
  const restarts = await deps.results.recordRestart(basis, next);
  if (restarts === 0) return { kind: 'superseded' };
  const since = row.restarting_since?.getTime() ?? deps.now();
  if (
    row.resync_reason === null &&
    restartsExhausted(restarts, since, deps.now(), { windowMs: RESTART_WINDOW, minimum: RESTART_MINIMUM })
  ) {
    await deps.results.requireResync(basis, `${restarts} mutations during pagination in a row`);
    return { kind: 'superseded' };
  }
  return {
    kind: 'idle',
    ...resultOf(row, next, `restarting the update, ${restarts} so far: the data changes while it is read`),
  };
}

/** The institution's trouble: the Item stays healthy, a webhook may still bring a look forward. */
async function slow(deps: LookDeps, context: LookContext, error: PlaidError): Promise<LookOutcome> {
  const { RETRY_SLOW_WAIT, RECONCILE_INTERVAL } = deps.settings;
  const next = inMs(
    deps,
    backoffMs(context.row.failures, RETRY_SLOW_WAIT, Math.max(RETRY_SLOW_WAIT, RECONCILE_INTERVAL)),
  );
  const code = error.errorCode ?? 'UNKNOWN';
  await deps.results.recordFailure(context.basis, { code, message: error.message, held: false }, next);
  return { kind: 'idle', ...resultOf(context.row, next, error.summary) };
}

const LONGEST_RETRY_DELAY_MS = 60_000;

async function retry(deps: LookDeps, context: LookContext, error: PlaidError): Promise<LookOutcome> {
  const { RETRY_FIRST_WAIT, RETRY_LONGEST_WAIT, RATE_LIMIT_WAIT } = deps.settings;
  const delayMs =
    error.retryAfterMs ??
    (error.errorClass === 'rate_limited'
      ? RATE_LIMIT_WAIT
      : backoffMs(context.row.failures, RETRY_FIRST_WAIT, RETRY_LONGEST_WAIT));
  const next = inMs(deps, delayMs);
  const code = error.errorCode ?? 'PLAID_UNREACHABLE';
  await deps.results.recordFailure(context.basis, { code, message: error.message, held: true }, next);
  // The workflow hears signals while it waits, a retry policy does not: a new token must not wait for an old token's backoff.
  if (context.mode === 'quick' || delayMs > LONGEST_RETRY_DELAY_MS)
    return { kind: 'idle', ...resultOf(context.row, next, error.summary) };
  throw new RetryLater(delayMs, error);
}
