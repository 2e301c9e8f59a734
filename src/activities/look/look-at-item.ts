import { ATTENTION_WEBHOOKS, attentionAfter, type Attention } from '../../domain/attention.js';
import { awaitsTurn, planLook, priorityOf, type LookFacts, type LookPlan } from '../../domain/look-plan.js';
import type { LookOutcome, LookRequest } from '../../domain/sync-outcome.js';
import { failpoint } from '../../failpoints.js';
import type { LookRow } from '../../db/queries/item-look.js';
import { consumeClaim, type ItemFacts, type LookBasis } from '../../db/queries/look-results.js';
import type { LookContext, LookDeps } from './deps.js';
import { failed } from './failed.js';
import { openSecrets } from './open-secrets.js';
import { probeItem } from './probe.js';
import { pauseIntegration } from './pause-integration.js';
import { pauseItem } from './pause-item.js';
import { resultOf } from './results.js';
import { beginRun, noteError, recordRun } from './run.js';
import { syncItem } from './sync-item.js';

/** The attempt's surroundings, as the activity or a test provides them. */
export type Surroundings = Pick<LookContext, 'attempt' | 'signal' | 'heartbeat'>;

/**
 * One look at an Item: claims what is dirty, decides from PostgreSQL what to do, asks Plaid, commits. Idempotent and safe
 * to run twice at once (invariant I3). Expected ends are returned; what a retry may cure is thrown as RetryLater in `full`
 * mode (Temporal retries it), and held back in PostgreSQL in `quick` mode.
 */
export async function lookAtItem(
  deps: LookDeps,
  request: LookRequest,
  around: Surroundings,
): Promise<LookOutcome> {
  if (request.mode === 'quick' && !deps.settings.QUICK_SYNC) return { kind: 'handover' };
  const row = await deps.looks.claim(request.itemId);
  if (row === null)
    return { kind: 'stopped', status: 'sync_disabled', detail: 'the Item no longer exists', wakeAt: null };
  await failpoint('look.after_claim');
  const basis: LookBasis = { itemId: row.id, syncVersion: row.sync_version, claimedGen: row.claimed_gen };
  const facts = factsOf(row, deps.now());
  const plan = planLook(facts);
  switch (plan.kind) {
    case 'stop':
      return { kind: 'stopped', ...resultOf(row, null) };
    case 'rest':
      // Webhooks of a superseded Item have had their effect: the new Item hears of the same changes.
      if (row.superseded_by_item_id !== null) await consumeClaim(deps.db, basis);
      return { kind: 'paused', ...resultOf(row, null) };
    case 'idle':
      return {
        kind: row.health === 'erroring' ? 'paused' : 'idle',
        ...resultOf(row, nextLook(row, facts)),
      };
    case 'sync':
      break;
  }
  const opened = openSecrets(deps, row);
  if ('trouble' in opened)
    return opened.whose === 'integration'
      ? pauseIntegration(deps, { row }, opened.trouble)
      : pauseItem(deps, { row, basis }, opened.trouble);
  const run = beginRun(deps, plan.resync ? 'resync' : 'update');
  const ailed =
    row.health === 'erroring' && row.status_code !== null
      ? { code: row.status_code, since: row.status_since }
      : null;
  const context: LookContext = {
    row,
    basis,
    mode: request.mode,
    priority: facts.priority,
    run,
    ailed,
    ...around,
    ...opened,
  };
  try {
    const ended = await askPlaid(deps, context, plan);
    await recordRun(deps, context, ended);
    return ended;
  } catch (error) {
    await recordRun(deps, context, null, error);
    throw error;
  }
}

async function askPlaid(
  deps: LookDeps,
  context: LookContext,
  plan: Extract<LookPlan, { kind: 'sync' }>,
): Promise<LookOutcome> {
  try {
    const ended = plan.probe ? await probed(deps, context) : null;
    return ended ?? (await syncItem(deps, context, plan));
  } catch (error) {
    noteError(context.run, error);
    return await failed(deps, context, error);
  }
}

function factsOf(row: LookRow, now: number): LookFacts {
  const resyncDue = row.resync_reason !== null;
  const ahead = (time: Date | null): boolean => time !== null && time.getTime() > now;
  return {
    desiredState: row.desired_state,
    health: row.health,
    action: row.action,
    integrationDeleted: row.integration_deleted,
    superseded: row.superseded_by_item_id !== null,
    integrationPaused: row.paused_since !== null,
    dirty: row.dirty,
    held: ahead(row.hold_until),
    priority: priorityOf({ fresh: row.fresh, neverSynced: row.last_successful_sync_at === null, resyncDue }),
    waitsAs: ahead(row.budget_until) ? row.budget_priority : null,
    due: row.due,
    tokenChecked: row.token_checked_at !== null,
    hints: row.hints,
    resyncDue,
    attention: row.attention,
  };
}

/** When to look again at an Item that has nothing to do now: the end of whatever keeps it waiting. */
function nextLook(row: LookRow, facts: LookFacts): Date | null {
  if (facts.held) return row.hold_until;
  return awaitsTurn(facts) ? row.budget_until : row.next_sync_at;
}

/** Null when the Item is healthy and may be synced; a healed Item's row says so from then on. */
async function probed(deps: LookDeps, context: LookContext): Promise<LookOutcome | null> {
  const { basis, row } = context;
  const { results } = deps;
  const { kind } = context.run;
  // As long as only the Item's state is asked for, the run is no more than that.
  context.run.kind = 'probe';
  const outcome = await probeItem(deps, context);
  const healthy = outcome.kind === 'healthy';
  if (outcome.facts !== null) {
    const attention = await attended(deps, context, healthy, outcome.facts);
    const health = await results.confirmItem(basis, outcome.facts, { healthy, attention });
    if (health === null) return { kind: 'superseded' };
    context.row = { ...row, attention };
    if (healthy && row.health === 'erroring')
      context.row = { ...context.row, health, status_code: null, status_message: null, action: null };
  }
  if (outcome.kind === 'healthy') {
    context.run.kind = kind;
    return null;
  }
  context.run.error = { ...outcome.trouble, class: null };
  return pauseItem(deps, context, outcome.trouble);
}

/** What the Item needs although it works, after the webhooks that nobody has dealt with and after Plaid's own word. */
async function attended(
  deps: LookDeps,
  { row }: LookContext,
  healthy: boolean,
  { consentExpiresAt }: ItemFacts,
): Promise<Attention[]> {
  const hints = row.hints.filter((hint) => ATTENTION_WEBHOOKS.includes(hint));
  const webhooks = hints.length === 0 ? [] : await deps.looks.unconsumed(row.id, hints);
  return attentionAfter(row.attention, webhooks, { healthy, consentExpiresAt }, deps.now());
}
