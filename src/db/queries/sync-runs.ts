import type { SyncRunKind, SyncRunOutcome } from '../../domain/sync-run.js';
import type { Database } from '../database.js';

/** A look that asked Plaid and committed no update; those that did are recorded by the commit itself. */
export interface UncommittedRun {
  organizationId: string;
  itemId: string;
  kind: SyncRunKind;
  outcome: Exclude<SyncRunOutcome, 'synced'>;
  startedAt: Date;
  pages: number;
  restarts: number;
  errorCode: string | null;
  errorMessage: string | null;
  requestId: string | null;
}

export interface SyncRunRow {
  id: string;
  kind: SyncRunKind;
  outcome: SyncRunOutcome;
  started_at: Date;
  finished_at: Date;
  pages: number;
  added: number;
  modified: number;
  removed: number;
  unchanged: number;
  restarts: number;
  error_code: string | null;
  error_message: string | null;
  plaid_request_id: string | null;
}

/** Where a page of runs ends; the next one begins before it. */
export interface SyncRunPlace {
  startedAt: Date;
  id: string;
}

export interface SyncRunQueries {
  record(run: UncommittedRun): Promise<void>;
  /** Newest first. */
  list(itemId: string, page: { before: SyncRunPlace | null; limit: number }): Promise<SyncRunRow[]>;
}

/** Plaid's messages are a sentence; what a proxy makes of them may not be. */
const LONGEST_MESSAGE = 1_000;

export function createSyncRunQueries(db: Database): SyncRunQueries {
  return {
    async record(run) {
      await db.raw(
        `insert into sync_runs (id, organization_id, item_id, kind, outcome, started_at, pages, restarts, error_code, error_message,
             plaid_request_id)
         values (gen_random_uuid(), :organizationId, :itemId, :kind, :outcome, :startedAt, :pages, :restarts, :errorCode, :errorMessage,
             :requestId)`,
        { ...run, errorMessage: run.errorMessage?.slice(0, LONGEST_MESSAGE).replaceAll('\0', '') ?? null },
      );
    },
    async list(itemId, { before, limit }) {
      const { rows } = await db.raw<{ rows: SyncRunRow[] }>(
        `select id, kind, outcome, started_at, finished_at, pages, added, modified, removed, unchanged, restarts, error_code,
                error_message, plaid_request_id
           from sync_runs
          where item_id = :itemId and (:startedAt::timestamptz is null or (started_at, id) < (:startedAt::timestamptz, :id::uuid))
          order by started_at desc, id desc limit :limit`,
        { itemId, startedAt: before?.startedAt ?? null, id: before?.id ?? null, limit },
      );
      return rows;
    },
  };
}
