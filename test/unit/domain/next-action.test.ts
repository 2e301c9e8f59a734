import { expect, it } from 'vitest';
import { nextAction, type NextActionFacts } from '../../../src/domain/next-action.js';

const now = new Date('2026-11-23T12:00:00Z');
const soon = new Date('2026-11-23T12:05:00Z');
const later = new Date('2026-11-23T18:00:00Z');
const healthy: NextActionFacts = {
  status: 'active',
  action: null,
  integrationPaused: false,
  probeKeysAt: null,
  neverSynced: false,
  dirty: false,
  resyncDue: false,
  failing: false,
  nextSyncAt: later,
  holdUntil: null,
  budgetUntil: null,
};
const next = (facts: Partial<NextActionFacts>) => nextAction({ ...healthy, ...facts }, now);

it('comes with the time of the next sync', () => {
  expect(next({})).toEqual({ what: 'reconcile', at: later });
  expect(next({ nextSyncAt: new Date(0) })).toEqual({ what: 'reconcile', at: null });
});

it('waits, dirty or not, as long as Plaid is left alone', () => {
  expect(next({ dirty: true })).toEqual({ what: 'sync', at: null });
  expect(next({ dirty: true, holdUntil: soon, failing: true })).toEqual({ what: 'retry', at: soon });
  expect(next({ dirty: true, budgetUntil: soon, resyncDue: true })).toEqual({ what: 'resync', at: soon });
  expect(next({ nextSyncAt: now, holdUntil: soon, neverSynced: true })).toEqual({
    what: 'first_sync',
    at: soon,
  });
});

it('is a probe while something is broken, and nothing where only a person can go on', () => {
  expect(next({ status: 'erroring', action: 'update_mode' })).toEqual({ what: 'probe', at: later });
  expect(next({ status: 'erroring', integrationPaused: true, probeKeysAt: soon })).toEqual({
    what: 'probe_keys',
    at: soon,
  });
  expect(next({ status: 'erroring', action: 'decide' })).toBeNull();
  expect(next({ status: 'sync_disabled', dirty: true })).toBeNull();
  expect(next({ status: 'deleted_in_plaid' })).toBeNull();
  expect(next({ nextSyncAt: null })).toBeNull();
});
