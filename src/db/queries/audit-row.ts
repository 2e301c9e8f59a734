import type {
  AuditPhase,
  AuditState,
  AuditVerdict,
  FindingKind,
  FindingSubject,
} from '../../domain/audit.js';

/** An audit as it is stored and shown. */
export interface AuditRow {
  id: string;
  integration_id: string;
  /** Row id and Plaid's id of the Item; null: an audit of a whole integration. */
  item_id: string | null;
  plaid_item_id: string | null;
  /** The integration's audit that it is a part of. */
  parent_id: string | null;
  state: AuditState;
  verdict: AuditVerdict | null;
  reason_code: string | null;
  reason: string | null;
  phase: AuditPhase | null;
  requested_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  plaid_rows: number;
  stored_rows: number;
  accounts: number;
  pages: number;
  replays: number;
  touched: number;
  unjudged: number;
  missing: number;
  extra: number;
  different: number;
  accounts_missing: number;
  accounts_extra: number;
  accounts_different: number;
  items: number | null;
  items_ended: number;
  items_clean: number;
  items_differing: number;
  items_not_audited: number;
  items_failed: number;
  repair_requested_at: Date | null;
  repair_run_id: string | null;
}

const COLUMNS = [
  'id',
  'integration_id',
  'item_id',
  'parent_id',
  'state',
  'verdict',
  'reason_code',
  'reason',
  'phase',
  'requested_at',
  'started_at',
  'finished_at',
  'plaid_rows',
  'stored_rows',
  'accounts',
  'pages',
  'replays',
  'touched',
  'unjudged',
  'missing',
  'extra',
  'different',
  'accounts_missing',
  'accounts_extra',
  'accounts_different',
  'items',
  'items_ended',
  'items_clean',
  'items_differing',
  'items_not_audited',
  'items_failed',
  'repair_requested_at',
  'repair_run_id',
] as const;

/** The select list of an AuditRow, over `audits a`. */
export const AUDIT_COLUMNS = `${COLUMNS.map((column) => `a.${column}`).join(', ')},
  (select i.plaid_item_id from items i where i.id = a.item_id) as plaid_item_id`;

export const LIVE = `('queued', 'running')`;

/** A finding that is kept as an example. JSON texts and money are as PostgreSQL wrote them (invariant I9). */
export interface AuditExample {
  subject: FindingSubject;
  kind: FindingKind;
  reference_id: string;
  /** Row id, where there is a stored transaction. */
  transaction_id: string | null;
  account_id: string | null;
  /** YYYY-MM-DD, as Plaid wrote it. */
  date: string | null;
  /** Decimal text, inflow positive. */
  amount: string | null;
  /** ISO 8601; of a missing row that is stored as a tombstone. */
  removed_at: string | null;
  /** JSON array of `{field, plaid, stored}`. */
  differences: string;
}
