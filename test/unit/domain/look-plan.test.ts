import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awaitsTurn, planLook, priorityOf, type LookFacts } from '../../../src/domain/look-plan.js';

const healthy: LookFacts = {
  desiredState: 'active',
  health: 'active',
  action: null,
  integrationDeleted: false,
  superseded: false,
  integrationPaused: false,
  dirty: true,
  held: false,
  priority: 'fresh',
  waitsAs: null,
  due: false,
  tokenChecked: true,
  hints: ['TRANSACTIONS:SYNC_UPDATES_AVAILABLE'],
  resyncDue: false,
  attention: [],
};
const SYNC = { kind: 'sync', probe: false, resync: false, refreshAccounts: false } as const;

describe('the plan of a look', () => {
  it.each<[string, Partial<LookFacts>, object]>([
    ['syncs a dirty Item', {}, SYNC],
    ['syncs one whose time has come', { dirty: false, due: true }, { ...SYNC, refreshAccounts: true }],
    ['leaves one alone that is neither', { dirty: false }, { kind: 'idle' }],
    ['leaves a held one alone, dirty', { held: true }, { kind: 'idle' }],
    ['leaves a held one alone, due', { held: true, dirty: false, due: true }, { kind: 'idle' }],
    ['leaves fresh work alone until its turn', { waitsAs: 'fresh' }, { kind: 'idle' }],
    ['leaves bulk work alone until its turn', { waitsAs: 'bulk', priority: 'bulk' }, { kind: 'idle' }],
    ['lets bulk work heed the turn of fresh work', { waitsAs: 'fresh', priority: 'bulk' }, { kind: 'idle' }],
    ['does not let fresh work wait for the turn of bulk work', { waitsAs: 'bulk' }, SYNC],
    ['stops for one that is disabled', { desiredState: 'disabled' }, { kind: 'stop' }],
    ['stops for one without an integration', { integrationDeleted: true }, { kind: 'stop' }],
    ['rests while Plaid refuses the integration', { integrationPaused: true, due: true }, { kind: 'rest' }],
    ['stops for one that Plaid has forgotten', { health: 'deleted' }, { kind: 'stop' }],
    ['stops rather than rests', { desiredState: 'paused', health: 'deleted' }, { kind: 'stop' }],
    ['rests while the user has paused it', { desiredState: 'paused', due: true }, { kind: 'rest' }],
    ['rests until an operator decides', { health: 'erroring', action: 'decide' }, { kind: 'rest' }],
    ['rests while another Item supersedes it', { superseded: true, due: true }, { kind: 'rest' }],
    ['probes an erroring Item', { health: 'erroring', action: 'update_mode' }, { ...SYNC, probe: true }],
    ['probes an unchecked token', { tokenChecked: false }, { ...SYNC, probe: true }],
    [
      'probes while a deadline is set',
      { attention: [{ code: 'PENDING_DISCONNECT', deadline: '2026-12-01T00:00:00.000Z' }] },
      { ...SYNC, probe: true },
    ],
    [
      'reads the accounts while one may have been withdrawn',
      { attention: [{ code: 'USER_ACCOUNT_REVOKED', deadline: null }] },
      { ...SYNC, refreshAccounts: true },
    ],
    [
      'does not read the accounts at every webhook while new ones are waiting',
      { attention: [{ code: 'NEW_ACCOUNTS_AVAILABLE', deadline: null }] },
      SYNC,
    ],
    [
      'reads them when its time has come',
      { due: true, attention: [{ code: 'NEW_ACCOUNTS_AVAILABLE', deadline: null }] },
      { ...SYNC, refreshAccounts: true },
    ],
    ['probes on an ITEM webhook', { hints: ['ITEM:SOMETHING_NEW'] }, { ...SYNC, probe: true }],
    ['does not on a TRANSACTIONS webhook', { hints: ['TRANSACTIONS:SYNC_UPDATES_AVAILABLE'] }, SYNC],
    [
      'refreshes the accounts when they changed',
      { hints: ['TRANSACTIONS:X', 'ITEM:NEW_ACCOUNTS_AVAILABLE'] },
      { ...SYNC, probe: true, refreshAccounts: true },
    ],
    [
      'refreshes the accounts when one was revoked',
      { hints: ['ITEM:USER_ACCOUNT_REVOKED'] },
      { ...SYNC, probe: true, refreshAccounts: true },
    ],
    [
      'reads the accounts when no webhook asks for the look',
      { hints: [] },
      { ...SYNC, refreshAccounts: true },
    ],
    ['reads everything anew when that is due', { resyncDue: true }, { ...SYNC, resync: true }],
    ['goes on with an Item that only waits', { action: 'wait' }, SYNC],
  ])('%s', (_, facts, plan) => {
    expect(planLook({ ...healthy, ...facts })).toEqual(plan);
  });

  it('never asks Plaid against the wish of the user, and never forgets a dirty Item', () => {
    const facts = fc.record<LookFacts>({
      desiredState: fc.constantFrom('active', 'paused', 'disabled'),
      health: fc.constantFrom('pending', 'active', 'erroring', 'deleted'),
      action: fc.constantFrom(null, 'update_mode', 'new_link', 'fix_keys', 'decide', 'report', 'wait'),
      integrationDeleted: fc.boolean(),
      superseded: fc.boolean(),
      integrationPaused: fc.boolean(),
      dirty: fc.boolean(),
      held: fc.boolean(),
      priority: fc.constantFrom('fresh', 'bulk'),
      waitsAs: fc.constantFrom(null, 'fresh', 'bulk'),
      due: fc.boolean(),
      tokenChecked: fc.boolean(),
      hints: fc.array(
        fc.constantFrom('ITEM:ERROR', 'ITEM:LOGIN_REPAIRED', 'TRANSACTIONS:SYNC_UPDATES_AVAILABLE'),
      ),
      attention: fc.constant([]),
      resyncDue: fc.boolean(),
    });
    fc.assert(
      fc.property(facts, (each) => {
        const { kind } = planLook(each);
        const may =
          each.desiredState === 'active' &&
          !each.integrationDeleted &&
          !each.superseded &&
          !each.integrationPaused &&
          each.health !== 'deleted' &&
          each.action !== 'decide' &&
          !each.held &&
          !awaitsTurn(each);
        expect(kind === 'sync').toBe(may && (each.dirty || each.due));
      }),
    );
  });
});

describe('the priority of a look', () => {
  it.each([
    ['a webhook or a user', { fresh: true, neverSynced: false, resyncDue: false }, 'fresh'],
    ['a first link', { fresh: false, neverSynced: true, resyncDue: false }, 'fresh'],
    [
      'the reconcile cadence, or a mark of bulk work',
      { fresh: false, neverSynced: false, resyncDue: false },
      'bulk',
    ],
    ['a full resync, whatever else', { fresh: true, neverSynced: true, resyncDue: true }, 'bulk'],
  ] as const)('of %s', (_, facts, priority) => {
    expect(priorityOf(facts)).toBe(priority);
  });
});
