import { Agent } from 'node:http';
import pg from 'pg';
import { Configuration, PlaidApi, type TransactionsSyncResponse } from 'plaid';
import { CLIENT } from '../stack/simulator.js';

/**
 * What someone writes who only wants the rows: Plaid's SDK, pages of 500, one set-based upsert of the page and the new
 * cursor in a transaction of their own. No staging, no versions, no feed, no exact amounts, no Temporal.
 */
export interface BareLoop {
  /** Reads the Item to its end; answers the rows. */
  sync(item: { itemId: string; accessToken: string }): Promise<number>;
  close(): Promise<void>;
}

const TABLE = 'bench_bare_loop';

const UPSERT = `
  insert into ${TABLE} as t (organization_id, end_user_id, item_id, reference_id, account_id, amount, currency, date, authorized_date,
    occurred_at, description, merchant_name, payment_channel, transaction_code, category_primary, category_detailed, pending,
    pending_reference_id, plaid)
  select $1::uuid, $1::uuid, $1::uuid, r ->> 'transaction_id', r ->> 'account_id', -(r ->> 'amount')::numeric,
         r ->> 'iso_currency_code', (r ->> 'date')::date, (r ->> 'authorized_date')::date, (r ->> 'datetime')::timestamptz,
         r ->> 'name', r ->> 'merchant_name', r ->> 'payment_channel', r ->> 'transaction_code',
         r #>> '{personal_finance_category,primary}', r #>> '{personal_finance_category,detailed}', (r ->> 'pending')::boolean,
         r ->> 'pending_transaction_id', r
    from jsonb_array_elements($2::jsonb) as e(r)
  on conflict (item_id, reference_id) do update
    set account_id = excluded.account_id, amount = excluded.amount, date = excluded.date, description = excluded.description,
        pending = excluded.pending, plaid = excluded.plaid`;

/** Its table has the columns and indexes of Ardea's. */
export async function createBareLoop(databaseUrl: string, simulatorUrl: string): Promise<BareLoop> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`create table ${TABLE} (like transactions including all)`);
  await client.query('create table bench_cursors (item_id uuid primary key, cursor text not null)');
  const httpAgent = new Agent({ keepAlive: true });
  const sdk = new PlaidApi(
    new Configuration({
      basePath: simulatorUrl,
      baseOptions: {
        headers: { 'PLAID-CLIENT-ID': CLIENT.clientId, 'PLAID-SECRET': CLIENT.secret },
        httpAgent,
      },
    }),
  );

  const store = async (rowId: string, page: TransactionsSyncResponse): Promise<void> => {
    await client.query('begin');
    await client.query(UPSERT, [rowId, JSON.stringify([...page.added, ...page.modified])]);
    await client.query(
      'insert into bench_cursors values ($1, $2) on conflict (item_id) do update set cursor = excluded.cursor',
      [rowId, page.next_cursor],
    );
    await client.query('commit');
  };

  return {
    async sync({ itemId, accessToken }) {
      let cursor: string | undefined;
      let rows = 0;
      for (;;) {
        const { data } = await sdk.transactionsSync({
          access_token: accessToken,
          count: 500,
          options: { include_original_description: true },
          ...(cursor === undefined ? {} : { cursor }),
        });
        await store(itemId, data);
        rows += data.added.length;
        cursor = data.next_cursor;
        if (!data.has_more) return rows;
      }
    },
    async close() {
      httpAgent.destroy();
      await client.end();
    },
  };
}
