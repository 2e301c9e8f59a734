import type { RelinkReason } from '../../domain/relink.js';
import type { Database } from '../database.js';
import type { RelinkEvidence, RelinkStatus } from './relink-effects.js';

/** An account of either Item; the details are null once they were erased. */
export interface RelinkAccountRow {
  id: string;
  item_id: string;
  /** Plaid's. */
  account_id: string;
  name: string | null;
  mask: string | null;
  type: string | null;
  open: boolean;
}

/** A row that only one of both Items has. */
export interface RelinkExampleRow {
  id: string;
  reference_id: string;
  account_id: string | null;
  /** Decimal text, YYYY-MM-DD. */
  amount: string | null;
  date: string | null;
  description: string | null;
}

export interface RelinkRow {
  id: string;
  status: RelinkStatus;
  reason: RelinkReason;
  decided_by: 'ardea' | 'operator';
  evidence: RelinkEvidence;
  created_at: Date;
  updated_at: Date;
  /** The caller's own id. */
  end_user_id: string;
  old_item_id: string;
  new_item_id: string;
  /** Plaid's. */
  old_plaid_item_id: string;
  new_plaid_item_id: string;
  old_integration_id: string;
  new_integration_id: string;
  institution_id: string | null;
  institution_name: string | null;
  /** Rows of the old Item that are hidden: duplicates, and pendings that are gone. */
  hidden: number;
  accounts: RelinkAccountRow[];
  examples: RelinkExampleRow[];
}

export interface RelinkFilter {
  statuses: readonly RelinkStatus[];
  /** Row id. */
  endUserRowId?: string | undefined;
  /** Plaid's, of either Item. */
  plaidItemId?: string | undefined;
}

export interface RelinkReads {
  /** Latest first. */
  list(
    organizationId: string,
    options: { filter: RelinkFilter; limit: number; offset: number },
  ): Promise<{ rows: RelinkRow[]; total: number }>;
  find(organizationId: string, relinkId: string): Promise<RelinkRow | null>;
}

const FROM = `
  from relinks r join end_users e on e.id = r.end_user_id join items o on o.id = r.old_item_id join items n on n.id = r.new_item_id`;

const COLUMNS = `
  r.id, r.status, r.reason, r.decided_by, r.evidence, r.created_at, r.updated_at, e.end_user_id, r.old_item_id, r.new_item_id,
  o.plaid_item_id as old_plaid_item_id, n.plaid_item_id as new_plaid_item_id, o.integration_id as old_integration_id,
  n.integration_id as new_integration_id, n.institution_id, n.institution_name,
  cardinality(r.gone_pendings) + r.hidden_rows as hidden`;

type Bare = Omit<RelinkRow, 'accounts' | 'examples'>;

export function createRelinkReads(db: Database): RelinkReads {
  const detailed = async (rows: Bare[]): Promise<RelinkRow[]> => {
    const itemIds = rows.flatMap((row) => [row.old_item_id, row.new_item_id]);
    const exampleIds = rows.flatMap(({ evidence }) => [...evidence.only_old, ...evidence.only_new]);
    const [accounts, examples] = await Promise.all([
      db.raw<{ rows: RelinkAccountRow[] }>(
        `select id, item_id, account_id, name, mask, type, closed_at is null as open from accounts where item_id = any(?::uuid[])`,
        [itemIds],
      ),
      db.raw<{ rows: RelinkExampleRow[] }>(
        `select id, reference_id, account_id, amount, date, description from transactions where id = any(?::uuid[])`,
        [exampleIds],
      ),
    ]);
    return rows.map((row) => ({
      ...row,
      accounts: accounts.rows.filter((each) => [row.old_item_id, row.new_item_id].includes(each.item_id)),
      examples: examples.rows.filter(({ id }) =>
        [...row.evidence.only_old, ...row.evidence.only_new].includes(id),
      ),
    }));
  };

  return {
    async list(organizationId, { filter, limit, offset }) {
      const where = `
        where r.organization_id = :organizationId and r.status = any(:statuses::text[])
          and (:endUserRowId::uuid is null or r.end_user_id = :endUserRowId::uuid)
          and (:plaidItemId::text is null or :plaidItemId::text in (o.plaid_item_id, n.plaid_item_id))`;
      const bindings = {
        organizationId,
        statuses: [...filter.statuses],
        endUserRowId: filter.endUserRowId ?? null,
        plaidItemId: filter.plaidItemId ?? null,
      };
      const [page, counted] = await Promise.all([
        db.raw<{ rows: Bare[] }>(
          `select ${COLUMNS} ${FROM} ${where} order by r.id desc limit :limit offset :offset`,
          { ...bindings, limit, offset },
        ),
        db.raw<{ rows: [{ n: number }] }>(`select count(*)::integer as n ${FROM} ${where}`, bindings),
      ]);
      return { rows: await detailed(page.rows), total: counted.rows[0].n };
    },

    async find(organizationId, relinkId) {
      const { rows } = await db.raw<{ rows: Bare[] }>(
        `select ${COLUMNS} ${FROM} where r.organization_id = ? and r.id = ?`,
        [organizationId, relinkId],
      );
      return (await detailed(rows))[0] ?? null;
    },
  };
}
