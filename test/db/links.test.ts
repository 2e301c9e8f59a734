import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIntegrationQueries } from '../../src/db/queries/integrations.js';
import { accessTokenPlace, type LinkInput } from '../../src/db/queries/links.js';
import { createTestEngine, type TestEngine } from '../support/engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await createTestEngine({ baseUrl: 'http://localhost' });
});
afterAll(() => engine.close());

const confirmed = { institutionId: null, institutionName: null, webhookUrl: null };
const input = (plaidItemId: string, over: Partial<LinkInput> = {}): LinkInput => ({
  organizationId: engine.organizationId,
  integrationId: engine.integrationId,
  plaidItemId,
  accessToken: 'access-1',
  endUserId: 'acme',
  plaidItem: confirmed,
  ...over,
});

const tokenOf = async (plaidItemId: string): Promise<string> => {
  const row = await engine
    .db<{ id: string; plaid_item_id: string; access_token_ciphertext: Buffer; access_token_key_id: string }>(
      'items',
    )
    .where('plaid_item_id', plaidItemId)
    .first();
  const { id, access_token_ciphertext: ciphertext, access_token_key_id: keyId } = row!;
  return engine.secrets.open({ ciphertext, keyId }, accessTokenPlace(id));
};

const setHealth = (plaidItemId: string, health: string): Promise<unknown> =>
  engine.db('items').where('plaid_item_id', plaidItemId).update({ health });

describe('linking an Item again', () => {
  it('keeps the token of an Item in sync until Plaid has confirmed another one', async () => {
    await engine.links.link(input('working'));
    await setHealth('working', 'active');
    const typo = input('working', { accessToken: 'typo', plaidItem: null });
    expect(await engine.links.link(typo)).toEqual({ kind: 'unconfirmed_token' });
    expect(await tokenOf('working')).toBe('access-1');
    expect(await engine.links.link(input('working', { plaidItem: null }))).toMatchObject({ kind: 'linked' });
    expect(await engine.links.link({ ...typo, accessToken: 'access-2', plaidItem: confirmed })).toMatchObject(
      { kind: 'linked' },
    );
    expect(await tokenOf('working')).toBe('access-2');
  });

  it('takes an unconfirmed token for an Item that does not work anyway', async () => {
    await engine.links.link(input('broken'));
    await setHealth('broken', 'erroring');
    const unchecked = input('broken', { accessToken: 'access-2', plaidItem: null });
    expect(await engine.links.link(unchecked)).toMatchObject({ kind: 'linked' });
    expect(await tokenOf('broken')).toBe('access-2');
  });

  it('refuses an Item that another integration of the organisation syncs, until that link is gone', async () => {
    const integrations = createIntegrationQueries({
      db: engine.db,
      secrets: engine.secrets,
      signalStaleAfterMs: 15_000,
    });
    const other = await integrations.create(engine.organizationId, {
      name: 'Other',
      type: 'plaid',
      resource: 'transaction',
      baseUrl: 'http://localhost',
      clientId: 'client',
      clientSecret: 'secret',
      webhookUrl: null,
      keysStatus: 'valid',
    });
    const first = await engine.links.link(input('moving'));
    const through = input('moving', { integrationId: other.id, endUserId: 'someone-else' });
    expect(await engine.links.link(through)).toEqual({ kind: 'other_integration' });
    expect(await engine.db('end_users').where('end_user_id', 'someone-else')).toEqual([]);
    if (first.kind !== 'linked') throw new Error('not linked');
    await engine.links.setDesiredState(first.link.id, 'disabled');
    expect(await engine.links.link(through)).toMatchObject({ kind: 'linked', created: true });
  });
});
