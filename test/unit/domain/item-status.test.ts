import { describe, expect, it } from 'vitest';
import { linkStatus, LINK_STATUSES, type ItemStatusFacts } from '../../../src/domain/item-status.js';

const since = new Date();
const healthy: ItemStatusFacts = {
  integrationPaused: false,
  health: 'active',
  desiredState: 'active',
  syncingSince: null,
  superseded: false,
};

describe('the status of a link', () => {
  it.each<[Partial<ItemStatusFacts>, string]>([
    [{ health: 'pending', desiredState: 'active', syncingSince: null }, 'pending'],
    [{ health: 'pending', desiredState: 'active', syncingSince: since }, 'syncing'],
    [{ health: 'active', desiredState: 'active', syncingSince: null }, 'active'],
    [{ health: 'active', desiredState: 'active', syncingSince: since }, 'syncing'],
    [{ health: 'erroring', desiredState: 'active', syncingSince: null }, 'erroring'],
    [{ health: 'erroring', desiredState: 'active', syncingSince: since }, 'erroring'],
    [{ integrationPaused: true, health: 'active', syncingSince: since }, 'erroring'],
    [{ integrationPaused: true, health: 'pending' }, 'erroring'],
    [{ integrationPaused: true, desiredState: 'paused' }, 'sync_disabled'],
    [{ integrationPaused: true, health: 'deleted' }, 'deleted_in_plaid'],
    [{ health: 'active', desiredState: 'paused', syncingSince: since }, 'sync_disabled'],
    [{ health: 'erroring', desiredState: 'disabled', syncingSince: null }, 'sync_disabled'],
    [{ health: 'deleted', desiredState: 'disabled', syncingSince: null }, 'deleted_in_plaid'],
    [{ health: 'deleted', desiredState: 'active', syncingSince: since }, 'deleted_in_plaid'],
  ])('of %o is %s', (facts, status) => {
    expect(linkStatus({ ...healthy, ...facts })).toBe(status);
    expect(LINK_STATUSES).toContain(status);
  });

  it.each<[ItemStatusFacts['health'], string]>([
    ['active', 'sync_disabled'],
    ['erroring', 'sync_disabled'],
    ['deleted', 'deleted_in_plaid'],
  ])('of a superseded Item that is %s is %s', (health, status) => {
    expect(
      linkStatus({
        integrationPaused: false,
        health,
        desiredState: 'active',
        syncingSince: since,
        superseded: true,
      }),
    ).toBe(status);
  });
});
