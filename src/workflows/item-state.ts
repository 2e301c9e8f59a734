import type { WorkPriority } from '../domain/gcra.js';
import type { ItemLabels, LookOutcome } from '../domain/sync-outcome.js';

/**
 * The whole state of an item workflow between two activities: plain JSON, because it is the query's answer and the
 * argument of continue-as-new. Everything that must not be lost lives in PostgreSQL; this may be thrown away any time.
 */
export interface ItemWorkflowState {
  version: 1;
  /** Set by the look signal, cleared right before the Item is looked at. */
  look: boolean;
  /** `syncing`, `waiting`, `paused` or `stopped`: for readers of the Temporal UI. */
  phase: 'syncing' | 'waiting' | 'paused' | 'stopped';
  /** Status of the contract, as the last activity reported it. */
  status: string;
  /** Why, and what to do, when a person is needed. */
  detail: string | null;
  /** Epoch milliseconds of the next look without a signal; null: none planned. */
  wakeAt: number | null;
  /** Activities run by this chain of executions. */
  syncs: number;
  /** Whose workflow it is; absent until a look has told. */
  labels?: ItemLabels;
}

export const initialItemState = (): ItemWorkflowState => ({
  version: 1,
  look: true,
  phase: 'syncing',
  status: 'pending',
  detail: null,
  wakeAt: null,
  syncs: 0,
});

/** What the workflow does after an outcome. */
export type NextStep =
  /** Look again at once: in a regular activity, which queues for a worker with `priority`. */
  | { kind: 'full_look'; priority: WorkPriority | 'item' }
  /** Look again at once. */
  | { kind: 'look' }
  | { kind: 'wait' }
  | { kind: 'stop' };

/**
 * The pure transition of the item workflow: folds an outcome into the state and says what comes next. A look signal that
 * came while the activity ran leads to another look, which costs no call to Plaid when nothing is dirty.
 */
export function applyOutcome(state: ItemWorkflowState, outcome: LookOutcome): NextStep {
  switch (outcome.kind) {
    case 'handover':
      return { kind: 'full_look', priority: outcome.priority ?? 'item' };
    case 'superseded':
      return { kind: 'look' };
    case 'idle':
    case 'not_ready':
    case 'paused':
    case 'stopped':
    case 'synced':
      state.status = outcome.status;
      state.detail = outcome.detail;
      state.wakeAt = outcome.wakeAt;
      if (outcome.labels) state.labels = outcome.labels;
      if (outcome.kind === 'synced') state.syncs += 1;
      break;
  }
  if (outcome.kind === 'stopped') {
    state.phase = 'stopped';
    return state.look ? { kind: 'look' } : { kind: 'stop' };
  }
  state.phase = outcome.kind === 'paused' ? 'paused' : 'waiting';
  const again = outcome.kind === 'synced' && outcome.again;
  return again || state.look ? { kind: 'look' } : { kind: 'wait' };
}

/** A regular activity gave up after all its retries: shown, and tried again later or on the next signal. */
export function applyFailure(state: ItemWorkflowState, message: string, retryAt: number): void {
  state.phase = 'waiting';
  state.detail = message;
  state.wakeAt = retryAt;
}

/** The text that the Temporal UI shows for the workflow, in Markdown. */
export function describeState(state: ItemWorkflowState): string {
  const lines = [`**${state.status}**, ${state.phase}`];
  if (state.labels) {
    const { plaidItemId, integrationId, organizationId } = state.labels;
    lines.push(`Plaid Item ${plaidItemId} of integration ${integrationId}, organisation ${organizationId}`);
  }
  if (state.detail !== null) lines.push(state.detail);
  if (state.wakeAt !== null) lines.push(`next look ${new Date(state.wakeAt).toISOString()} or on a signal`);
  return lines.join('\n\n');
}
