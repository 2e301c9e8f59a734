import type { Database } from '../database.js';
import { TRANSACTION_JOINS, transactionColumns, type TransactionRow } from './transaction-row.js';

/** A version that a modification replaced, as Plaid had sent it. */
export interface ExportedVersion {
  transaction_id: string;
  version: number;
  replaced_at: Date;
  /** JSON text, and the bytes that jsonb cannot hold. */
  plaid: string;
  plaid_bytes: Buffer | null;
}

export interface EndUserExportReads {
  /** The next rows of an end user after a row id, tombstones and duplicates too, with their versions. */
  transactionsAfter(
    organizationId: string,
    endUserRowId: string,
    after: string | null,
    limit: number,
  ): Promise<{ rows: TransactionRow[]; versions: Map<string, ExportedVersion[]> }>;
}

export function createEndUserExportReads(db: Database): EndUserExportReads {
  return {
    async transactionsAfter(organizationId, endUserRowId, after, limit) {
      const { rows } = await db.raw<{ rows: TransactionRow[] }>(
        `select ${transactionColumns(true)}
           from (select id from transactions
                  where end_user_id = :endUserRowId and organization_id = :organizationId and (:after::uuid is null or id > :after::uuid)
                  order by id limit :limit) page
           join transactions t on t.id = page.id ${TRANSACTION_JOINS}
          order by t.id`,
        { organizationId, endUserRowId, after, limit },
      );
      const { rows: found } = await db.raw<{ rows: ExportedVersion[] }>(
        `select transaction_id, version, replaced_at, plaid::text as plaid, plaid_bytes from transaction_versions
          where transaction_id = any(?::uuid[]) order by transaction_id, version`,
        [rows.map((row) => row.id)],
      );
      const versions = new Map<string, ExportedVersion[]>();
      for (const version of found)
        versions.set(version.transaction_id, [...(versions.get(version.transaction_id) ?? []), version]);
      return { rows, versions };
    },
  };
}
