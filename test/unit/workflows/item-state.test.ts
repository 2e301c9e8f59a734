import { describe, expect, it } from 'vitest';
import type { LookOutcome } from '../../../src/domain/sync-outcome.js';
import {
  applyFailure,
  applyOutcome,
  describeState,
  initialItemState,
  type ItemWorkflowState,
} from '../../../src/workflows/item-state.js';

const looking = (over: Partial<ItemWorkflowState> = {}): ItemWorkflowState => ({
  ...initialItemState(),
  look: false,
  ...over,
});
const result = { status: 'active', detail: null, wakeAt: 1_000 } as const;
const LOOK = { kind: 'look' };

describe('the state of an item workflow', () => {
  it('begins with a look', () => {
    expect(initialItemState()).toMatchObject({ look: true, phase: 'syncing', wakeAt: null });
  });

  it('is plain JSON: the argument of continue-as-new and the answer of the query', () => {
    const state = looking();
    applyOutcome(state, { kind: 'synced', again: false, ...result });
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });

  it.each<[LookOutcome, object, ItemWorkflowState['phase']]>([
    [{ kind: 'synced', again: false, ...result }, { kind: 'wait' }, 'waiting'],
    [{ kind: 'synced', again: true, ...result }, LOOK, 'waiting'],
    [{ kind: 'idle', ...result }, { kind: 'wait' }, 'waiting'],
    [{ kind: 'not_ready', ...result }, { kind: 'wait' }, 'waiting'],
    [{ kind: 'paused', ...result }, { kind: 'wait' }, 'paused'],
    [{ kind: 'stopped', ...result }, { kind: 'stop' }, 'stopped'],
    [{ kind: 'superseded' }, LOOK, 'syncing'],
    [{ kind: 'handover' }, { kind: 'full_look', priority: 'item' }, 'syncing'],
    [{ kind: 'handover', priority: 'bulk' }, { kind: 'full_look', priority: 'bulk' }, 'syncing'],
  ])('after %o', (outcome, step, phase) => {
    const state = looking();
    expect(applyOutcome(state, outcome)).toEqual(step);
    expect(state.phase).toBe(phase);
    // A signal that came meanwhile always leads to another look; a handover is one already.
    const signalled = looking({ look: true });
    expect(applyOutcome(signalled, outcome).kind).toMatch(/look$/);
    expect(signalled.look).toBe(true);
  });

  it('shows what the last look reported, and keeps it while that look goes on elsewhere', () => {
    const state = looking();
    applyOutcome(state, { kind: 'paused', status: 'erroring', detail: 'why', wakeAt: 5 });
    expect(state).toMatchObject({ status: 'erroring', detail: 'why', wakeAt: 5, syncs: 0 });
    applyOutcome(state, { kind: 'handover' });
    expect(state).toMatchObject({ status: 'erroring', detail: 'why', wakeAt: 5 });
    applyOutcome(state, { kind: 'synced', again: true, status: 'active', detail: null, wakeAt: null });
    expect(state).toMatchObject({ status: 'active', detail: null, wakeAt: null, syncs: 1 });
  });

  it('tries again later after a failure that nobody foresaw', () => {
    const state = looking();
    applyFailure(state, 'out of order', 7);
    expect(state).toMatchObject({ phase: 'waiting', detail: 'out of order', wakeAt: 7 });
  });

  it('reads well in the Temporal UI', () => {
    const state = looking({ status: 'erroring', phase: 'paused', detail: 'log in', wakeAt: 0 });
    expect(describeState(state)).toBe(
      '**erroring**, paused\n\nlog in\n\nnext look 1970-01-01T00:00:00.000Z or on a signal',
    );
    expect(describeState(looking({ phase: 'waiting' }))).toBe('**pending**, waiting');
  });
});
