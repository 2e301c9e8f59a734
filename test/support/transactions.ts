import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/db/database.js';
import type { Deps } from '../../src/deps.js';
import { stampChanges } from '../../src/db/queries/changes.js';

export interface TestItem {
  id: string;
  plaidItemId: string;
  endUserRowId: string;
  organizationId: string;
}

export interface TestTransaction {
  referenceId: string;
  /** Decimal text, inflow positive. */
  amount?: string;
  date?: string;
  occurredAt?: string;
  accountId?: string;
  description?: string;
  merchantName?: string;
  pending?: boolean;
  pendingReferenceId?: string;
  removedAt?: string;
  /** JSON text, as Plaid sent it. */
  plaid?: string;
  plaidBytes?: Buffer;
}

const VALUES = `(uuid_v7(), :organizationId, :endUserRowId, :itemId, :referenceId, :accountId, :amount::numeric, 'USD', :date,
  :occurredAt, :description, :merchantName, 'online', :pending, :pendingReferenceId, :plaid::jsonb, :plaidBytes, :removedAt)`;

/** Inserts or replaces rows and stamps them in the feed, in one transaction, as a merge does. Answers their row ids. */
export const putTransactions = (
  db: Database,
  item: TestItem,
  rows: readonly TestTransaction[],
): Promise<string[]> =>
  db.transaction(async (trx) => {
    const ids: string[] = [];
    for (const row of rows) {
      const { rows: put } = await trx.raw<{ rows: [{ id: string }] }>(
        `insert into transactions (id, organization_id, end_user_id, item_id, reference_id, account_id, amount, currency, date,
             occurred_at, description, merchant_name, payment_channel, pending, pending_reference_id, plaid, plaid_bytes, removed_at)
         values ${VALUES}
         on conflict (item_id, reference_id) do update
           set amount = excluded.amount, description = excluded.description, removed_at = excluded.removed_at, version = transactions.version + 1
         returning id`,
        {
          ...{ organizationId: item.organizationId, endUserRowId: item.endUserRowId, itemId: item.id },
          referenceId: row.referenceId,
          accountId: row.accountId ?? 'acc-1',
          amount: row.amount ?? '1.50',
          date: row.date ?? '2026-01-15',
          occurredAt: row.occurredAt ?? null,
          description: row.description ?? 'Coffee',
          merchantName: row.merchantName ?? null,
          pending: row.pending ?? false,
          pendingReferenceId: row.pendingReferenceId ?? null,
          plaid: row.plaid ?? JSON.stringify({ transaction_id: row.referenceId }),
          plaidBytes: row.plaidBytes ?? null,
          removedAt: row.removedAt ?? null,
        },
      );
      ids.push(put[0].id);
    }
    await stampChanges(trx, item.organizationId, ids);
    return ids;
  });

/** An integration that nobody asks anything of; answers its row id. */
export const putIntegration = async (
  deps: Pick<Deps, 'integrations'>,
  organizationId: string,
): Promise<string> => {
  const { id } = await deps.integrations.create(organizationId, {
    name: 'Plaid',
    type: 'plaid',
    resource: 'transaction',
    baseUrl: 'https://sandbox.plaid.com',
    clientId: 'client',
    clientSecret: 'secret',
    webhookUrl: null,
    keysStatus: 'unchecked',
  });
  return id;
};

export interface TestItemOptions {
  organizationId: string;
  integrationId: string;
  endUserId: string;
}

/** An Item without a usable token, with an end user and one account `acc-1`. */
export const putItem = async (
  db: Database,
  { organizationId, integrationId, endUserId }: TestItemOptions,
): Promise<TestItem> => {
  const id = randomUUID();
  const plaidItemId = `item-${id}`;
  const { rows } = await db.raw<{ rows: [{ id: string }] }>(
    `insert into end_users (organization_id, end_user_id) values (?, ?)
     on conflict (organization_id, end_user_id) do update set updated_at = now() returning id`,
    [organizationId, endUserId],
  );
  const endUserRowId = rows[0].id;
  await db('items').insert({
    id,
    organization_id: organizationId,
    integration_id: integrationId,
    end_user_id: endUserRowId,
    plaid_item_id: plaidItemId,
    access_token_ciphertext: Buffer.from('sealed'),
    access_token_key_id: 'test',
    institution_name: 'First Platypus Bank',
    health: 'active',
  });
  await db('item_sync').insert({ item_id: id });
  await db.raw('insert into change_heads (organization_id) values (?) on conflict do nothing', [
    organizationId,
  ]);
  await db('accounts').insert({
    organization_id: organizationId,
    end_user_id: endUserRowId,
    item_id: id,
    account_id: 'acc-1',
    name: 'Checking',
    mask: '0000',
    type: 'depository',
    subtype: 'checking',
    currency: 'USD',
    balance_current: '123456789012345678.1234567',
    balances_at: '2026-01-20T00:00:00Z',
  });
  return { id, plaidItemId, endUserRowId, organizationId };
};
