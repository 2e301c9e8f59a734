import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { LookOutcome } from '../domain/sync-outcome.js';
import {
  applyFailure,
  applyOutcome,
  describeState,
  initialItemState,
  type ItemWorkflowState,
  type NextStep,
} from './item-state.js';
import {
  getStateQuery,
  INTEGRATION_ATTRIBUTE,
  ITEM_ATTRIBUTE,
  lookSignal,
  ORGANIZATION_ATTRIBUTE,
  STATUS_ATTRIBUTE,
  type ItemWorkflowInput,
} from './messages.js';
import { fullLook, quickLook } from './proxies.js';

type FullLook = Extract<NextStep, { kind: 'full_look' }>;

/** Well below the server's suggestion of 4,096 events: a short history replays fast when a worker's cache is cold. */
const HISTORY_LENGTH = 1_000;
/** After this many looks in a row without rest something is wrong: slow down rather than spin. */
const LOOKS_WITHOUT_REST = 20;
const BREATH_MS = 1_000;
/** Clocks differ: a look that comes early by PostgreSQL's finds nothing due, and must not be repeated at once, again and again. */
const SHORTEST_REST_MS = 200;
const DEGRADED_RETRY_MS = 15 * 60_000;

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const statusAttribute = keyword(STATUS_ATTRIBUTE);
const itemAttribute = keyword(ITEM_ATTRIBUTE);
const integrationAttribute = keyword(INTEGRATION_ATTRIBUTE);
const organizationAttribute = keyword(ORGANIZATION_ATTRIBUTE);

/**
 * The durable life of one Item. It serialises, times, retries and pauses; everything it knows it reads from PostgreSQL
 * through one activity. Eternal but disposable: terminate it, and the sweep starts it again.
 *
 * Handlers are synchronous and only set fields of `state`; this loop alone runs activities; `state` is the whole argument
 * of continue-as-new, so nothing that a handler wrote can be left behind.
 */
export async function itemWorkflow(input: ItemWorkflowInput): Promise<void> {
  const state: ItemWorkflowState = input.state ?? initialItemState();
  setHandler(lookSignal, () => {
    state.look = true;
  });
  setHandler(getStateQuery, () => state);

  let shownStatus: string | null = null;
  let full: FullLook | null = null;
  let looksWithoutRest = 0;
  for (;;) {
    state.look = false;
    const outcome = await look(input.itemId, full, state);
    const step = outcome === null ? ({ kind: 'wait' } as const) : applyOutcome(state, outcome);
    // Kept in memory until somebody asks: costs no event.
    setCurrentDetails(describeState(state));
    if (shownStatus !== state.status) {
      shownStatus = state.status;
      upsertSearchAttributes(searchAttributesOf(state));
    }
    if (step.kind === 'stop') {
      await condition(allHandlersFinished);
      if (!state.look) return;
    }
    full = step.kind === 'full_look' ? step : null;
    if (step.kind === 'wait') {
      looksWithoutRest = 0;
      await restUntilNeeded(state);
    } else if (++looksWithoutRest >= LOOKS_WITHOUT_REST) {
      await sleep(BREATH_MS);
    }
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    if (
      full === null &&
      (continueAsNewSuggested || historyLength > (input.historyLength ?? HISTORY_LENGTH))
    ) {
      await condition(allHandlersFinished);
      // No await from here on: what a signal wrote into `state` until now goes along.
      return continueAsNew<typeof itemWorkflow>({ ...input, state });
    }
  }
}

function searchAttributesOf({ status, labels }: ItemWorkflowState) {
  const found = [{ key: statusAttribute, value: status }];
  if (labels) {
    found.push(
      { key: itemAttribute, value: labels.plaidItemId },
      { key: integrationAttribute, value: labels.integrationId },
      { key: organizationAttribute, value: labels.organizationId },
    );
  }
  return found;
}

async function restUntilNeeded(state: ItemWorkflowState): Promise<void> {
  const wanted = (): boolean => state.look;
  if (state.wakeAt === null) await condition(wanted);
  else await condition(wanted, Math.max(state.wakeAt - Date.now(), SHORTEST_REST_MS));
}

/**
 * Signals that come while it runs are forgotten: its outcome tells of what came before its commit (`again`), the sweep repeats
 * what did not. They come in that moment only if the workflow task timed out or sent a heartbeat. After a time-out the history has
 * them before the local activity's marker, so that a replay hands them in before it begins: a workflow that
 * looked again because of them would be stuck for ever at its next replay (TMPRL1100).
 */
async function quickLookOf(itemId: string, state: ItemWorkflowState): Promise<LookOutcome> {
  try {
    return await quickLook({ itemId, mode: 'quick' });
  } finally {
    state.look = false;
  }
}

/** Null: the regular activity failed for good, which the state now shows. */
async function look(
  itemId: string,
  full: FullLook | null,
  state: ItemWorkflowState,
): Promise<LookOutcome | null> {
  state.phase = 'syncing';
  try {
    if (full) return await fullLook[full.priority]({ itemId, mode: 'full' });
    return await quickLookOf(itemId, state);
  } catch (error) {
    if (isCancellation(error)) throw error;
    // The quick attempt has no retries of its own: whatever ailed it, the regular activity retries with backoff. A local
    // activity fails with its own error, not with an ActivityFailure around it; thrown on, it would end the workflow.
    if (!full) return { kind: 'handover' };
    if (!(error instanceof ActivityFailure)) throw error;
    applyFailure(
      state,
      `syncing failed: ${error.cause?.message ?? error.message}`,
      Date.now() + DEGRADED_RETRY_MS,
    );
    return null;
  }
}
