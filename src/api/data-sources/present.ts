import type { z } from 'zod';
import type { AccountRow, DataSourceRow } from '../../db/queries/data-sources.js';
import { toPublicId } from '../../domain/ids.js';
import { exactNumber } from '../json/exact-json.js';
import { statusOf } from '../links/present.js';
import type { dataSource, dataSourceAccount } from './schema.js';

function presentAccount(row: AccountRow, institutionName: string | null): z.input<typeof dataSourceAccount> {
  const balance = exactNumber(row.balance_current);
  return {
    heron_id: toPublicId('dataSourceAccount', row.id),
    account_id: row.account_id,
    reference_id: row.account_id,
    name: row.name,
    official_name: row.official_name,
    number: row.mask,
    display_account_id: row.mask,
    type: row.type,
    subtype: row.subtype,
    currency: row.currency,
    institution_name: institutionName,
    owner_name: null,
    balances:
      row.balances_at === null
        ? []
        : [
            {
              date: row.balances_at.toISOString().slice(0, 10),
              closing_amount: balance,
              currency: row.currency,
            },
          ],
    balance_available: exactNumber(row.balance_available),
    balance_current: balance,
    balance_limit: exactNumber(row.balance_limit),
    balances_at: row.balances_at?.toISOString() ?? null,
    min_date: row.min_date,
    max_date: row.max_date,
    start_date: row.min_date,
    end_date: row.max_date,
    num_transactions: row.num_transactions,
    is_enabled: true,
    closed_at: row.closed_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
    created: row.created_at.toISOString(),
    last_updated: row.updated_at.toISOString(),
  };
}

/** An Item as the contract's DataSource. */
export function presentDataSource({ link, accounts }: DataSourceRow): z.input<typeof dataSource> {
  return {
    heron_id: toPublicId('dataSource', link.id),
    reference_id: link.plaid_item_id,
    type: 'integration_link',
    status: statusOf(link),
    is_enabled: true,
    metadata: {
      integration_heron_id: toPublicId('integration', link.integration_id),
      integration_item_id: link.plaid_item_id,
      last_successful_sync: link.last_successful_sync_at?.toISOString() ?? null,
      sub_type: 'transaction',
      currency: null,
      filename: null,
      notes: null,
      parsing_version: null,
    },
    data_source_accounts: accounts.map((account) => presentAccount(account, link.institution_name)),
    created: link.created_at.toISOString(),
    last_updated: link.updated_at.toISOString(),
  };
}
