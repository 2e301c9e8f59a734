import type { Database } from '../database.js';
import { LINK, type LinkRow } from './links.js';

/** An account with what its transactions tell of it. Money is text, dates are YYYY-MM-DD. */
export interface AccountRow {
  id: string;
  item_id: string;
  account_id: string;
  name: string | null;
  official_name: string | null;
  mask: string | null;
  type: string | null;
  subtype: string | null;
  balance_available: string | null;
  balance_current: string | null;
  balance_limit: string | null;
  currency: string | null;
  balances_at: Date | null;
  created_at: Date;
  updated_at: Date;
  closed_at: Date | null;
  revoked_at: Date | null;
  min_date: string | null;
  max_date: string | null;
  num_transactions: number;
}

export interface DataSourceRow {
  link: LinkRow;
  accounts: AccountRow[];
}

export interface DataSourceQueries {
  /** The Items of an end user (row id) with their accounts, oldest first. Removed transactions and duplicates do not count. */
  list(organizationId: string, endUserRowId: string): Promise<DataSourceRow[]>;
}

export function createDataSourceQueries(db: Database): DataSourceQueries {
  return {
    async list(organizationId, endUserRowId) {
      const [links, accounts] = await Promise.all([
        db('items as i')
          .where({ organization_id: organizationId, end_user_id: endUserRowId })
          .orderBy(['created_at', 'id'])
          .select<LinkRow[]>(db.raw(LINK)),
        db.raw<{ rows: AccountRow[] }>(
          `select a.id, a.item_id, a.account_id, a.name, a.official_name, a.mask, a.type, a.subtype, a.balance_available,
                  a.balance_current, a.balance_limit, a.currency, a.balances_at, a.created_at, a.updated_at, a.closed_at, a.revoked_at,
                  n.min_date, n.max_date, coalesce(n.num_transactions, 0)::int as num_transactions
             from accounts a
             left join (select t.item_id, t.account_id, min(t.date) as min_date, max(t.date) as max_date, count(*) as num_transactions
                          from transactions t where t.end_user_id = :endUserRowId and t.removed_at is null and t.duplicate_of is null
                         group by t.item_id, t.account_id) n on n.item_id = a.item_id and n.account_id = a.account_id
            where a.organization_id = :organizationId and a.end_user_id = :endUserRowId
            order by a.created_at, a.id`,
          { organizationId, endUserRowId },
        ),
      ]);
      return links.map((link) => ({
        link,
        accounts: accounts.rows.filter((account) => account.item_id === link.id),
      }));
    },
  };
}
