import type { z } from 'zod';
import type { AuditExample, AuditRow } from '../../db/queries/audit-row.js';
import { toPublicId } from '../../domain/ids.js';
import { statusMessage } from '../../domain/item-status.js';
import { exactNumber, RawJson } from '../json/exact-json.js';
import type { audit, auditExample } from './schema.js';

export const presentAudit = (row: AuditRow): z.input<typeof audit> => ({
  heron_id: toPublicId('audit', row.id),
  kind: row.item_id === null ? 'integration' : 'item',
  integration_heron_id: toPublicId('integration', row.integration_id),
  item_id: row.plaid_item_id,
  part_of_heron_id: row.parent_id === null ? null : toPublicId('audit', row.parent_id),
  state: row.state,
  verdict: row.verdict,
  reason: statusMessage(row.reason_code, row.reason),
  phase: row.phase,
  requested: row.requested_at.toISOString(),
  started: row.started_at?.toISOString() ?? null,
  finished: row.finished_at?.toISOString() ?? null,
  plaid_rows: row.plaid_rows,
  stored_rows: row.stored_rows,
  accounts_listed: row.accounts,
  pages: row.pages,
  replays: row.replays,
  left_out: { touched: row.touched, not_judged: row.unjudged },
  transactions: { missing: row.missing, extra: row.extra, different: row.different },
  accounts: {
    missing: row.accounts_missing,
    extra: row.accounts_extra,
    different: row.accounts_different,
  },
  items:
    row.item_id === null
      ? {
          total: row.items,
          ended: row.items_ended,
          clean: row.items_clean,
          differing: row.items_differing,
          not_audited: row.items_not_audited,
          failed: row.items_failed,
        }
      : null,
  repair:
    row.repair_requested_at === null
      ? null
      : {
          requested: row.repair_requested_at.toISOString(),
          sync_run_heron_id: row.repair_run_id === null ? null : toPublicId('syncRun', row.repair_run_id),
        },
});

export const presentExample = (row: AuditExample): z.input<typeof auditExample> => ({
  subject: row.subject,
  kind: row.kind,
  reference_id: row.reference_id,
  heron_id: row.transaction_id === null ? null : toPublicId('transaction', row.transaction_id),
  account_id: row.account_id,
  date: row.date,
  amount: exactNumber(row.amount),
  removed_at: row.removed_at,
  differences: new RawJson(row.differences),
});
