import { expect } from 'vitest';
import type { Simulator } from '../../simulator/create-simulator.js';
import { stampChanges } from '../../src/db/queries/changes.js';
import { toPublicId } from '../../src/domain/ids.js';
import type { TestApi, TestIntegration } from './api.js';
import { createSimulatorItem } from './simulator.js';

export interface RelinkWorld {
  api: TestApi;
  simulator: Simulator;
  integration: TestIntegration;
}

export interface DoubtfulPair {
  endUserId: string;
  older: { itemId: string; accessToken: string; rowId: string };
  newer: { itemId: string; rowId: string };
  relinkId: string;
}

let users = 0;

/** Two linked Items with three rows each and a doubtful relink of their accounts, as the engine stores it. */
export async function linkDoubtfulPair({ api, simulator, integration }: RelinkWorld): Promise<DoubtfulPair> {
  const endUserId = `user-${++users}`;
  const { db } = api.deps;
  const linked = async (prefix: string) => {
    const item = await createSimulatorItem(simulator.url);
    const { status } = await api.call('POST', integration.linkPath, {
      body: { item_id: item.itemId, access_token: item.accessToken, end_user_id: endUserId },
    });
    expect(status).toBe(201);
    const row = await db('items')
      .where({ plaid_item_id: item.itemId })
      .first<{ id: string; end_user_id: string }>('id', 'end_user_id');
    const owner = { organization_id: api.organizationId, end_user_id: row.end_user_id, item_id: row.id };
    await db.transaction(async (trx) => {
      await trx('accounts').insert({
        ...owner,
        account_id: `${prefix}-a`,
        name: 'Checking',
        mask: '0000',
        type: 'depository',
        plaid: '{}',
      });
      const stored = await trx('transactions')
        .insert(
          ['12.34', '12.34', '123456789012345678.1234567'].map((amount, index) => ({
            ...{
              ...owner,
              reference_id: `${prefix}-${endUserId}-${index}`,
              account_id: `${prefix}-a`,
              amount,
              currency: 'USD',
            },
            ...{ date: '2026-11-01', description: 'Coffee', pending: false, plaid: '{"a": 1}' },
          })),
        )
        .returning<{ id: string }[]>('id');
      await stampChanges(
        trx,
        api.organizationId,
        stored.map(({ id }) => id),
      );
    });
    return { ...item, rowId: row.id, owner };
  };
  const [older, newer] = [await linked('o'), await linked('n')];
  const rowsOf = async (itemId: string) =>
    (
      await db('transactions')
        .where({ item_id: itemId })
        .orderBy('reference_id')
        .select<{ id: string }[]>('id')
    ).map(({ id }) => id);
  const [made] = await db('relinks')
    .insert({
      ...{
        organization_id: api.organizationId,
        end_user_id: older.owner.end_user_id,
        old_item_id: older.rowId,
        new_item_id: newer.rowId,
      },
      ...{ status: 'doubtful', reason: 'few_rows' },
      evidence: JSON.stringify({
        ...{
          accounts: [],
          missing_accounts: [],
          ambiguous_accounts: [],
          expected: 3,
          agreed: 2,
          new_expected: 3,
          new_agreed: 2,
        },
        ...{
          only_old: (await rowsOf(older.rowId)).slice(2),
          only_new: (await rowsOf(newer.rowId)).slice(2),
          history: 'complete',
        },
      }),
    })
    .returning<{ id: string }[]>('id');
  return { endUserId, older, newer, relinkId: toPublicId('relink', made!.id) };
}
