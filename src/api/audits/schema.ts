import { z } from 'zod';
import {
  AUDIT_PHASES,
  AUDIT_STATES,
  AUDIT_VERDICTS,
  FINDING_KINDS,
  FINDING_SUBJECTS,
} from '../../domain/audit.js';
import { flag, heronId, money, text, time } from '../fields.js';
import type { RawJson } from '../json/exact-json.js';
import { keysetQuery, nextCursor } from '../keyset.js';

const count = (description?: string): z.ZodInt =>
  description === undefined ? z.int() : z.int().meta({ description });

const findings = z.object({
  missing: count('Plaid has it; here it is not stored, or removed.'),
  extra: count(
    'Stored, and Plaid no longer has it: its account is still listed, and it is not older than what Plaid has of that account.',
  ),
  different: count('Both have it, and it is not stored as Plaid sends it.'),
});

/** What is not known yet, or not known of this kind of audit, is null. */
export const audit = z
  .object({
    heron_id: z.string().meta({ examples: ['aud_3mJr7AoUXx2WqdBvcQTzHa'] }),
    kind: z.enum(['item', 'integration']),
    integration_heron_id: z.string(),
    item_id: z.string().nullable().meta({ description: "Plaid's item_id; null for a whole integration." }),
    part_of_heron_id: z
      .string()
      .nullable()
      .meta({ description: "The integration's audit that asked for this one." }),
    state: z.enum(AUDIT_STATES).meta({
      description:
        '`queued`, `running`; `done`: see `verdict`. `failed`: see `reason`. `canceled`: given up by you.',
    }),
    verdict: z.enum(AUDIT_VERDICTS).nullable().meta({
      description:
        '`clean`: what is stored is what Plaid has. `differs`: see the counts and examples. `not_audited`: the Item was in a state in which nothing can be compared; see `reason`. `incomplete`, of an integration: nothing differs in what was compared, and some Items that are to be in sync could not be (erroring ones, say); see `reason`, and the Items by `part_of_heron_id`.',
    }),
    reason: z
      .string()
      .nullable()
      .meta({ description: '`[CODE] message`: why it was not audited, or what failed.' }),
    phase: z.enum(AUDIT_PHASES).nullable().meta({ description: 'Where a running audit is.' }),
    requested: time,
    started: time.nullable(),
    finished: time.nullable(),
    plaid_rows: count('Transactions that Plaid has.'),
    stored_rows: count('Transactions that are stored and not removed.'),
    accounts_listed: count('Accounts that Plaid lists.'),
    pages: count('Answers of /transactions/sync that were read.'),
    replays: count('Times the history was read: a second one confirms what the first one found.'),
    left_out: z.object({
      touched: count('Transactions that a sync changed while the audit ran.'),
      not_judged: count(
        'Stored transactions that Plaid does not send and that may be right all the same: of accounts that it no longer lists, or older than what it has of their account.',
      ),
    }),
    transactions: findings,
    accounts: findings,
    items: z
      .object({
        total: z.int().nullable().meta({ description: 'null until they are listed.' }),
        ended: count(),
        clean: count(),
        differing: count(),
        not_audited: count(),
        failed: count('Failed or canceled.'),
      })
      .nullable()
      .meta({ description: "Of an integration's audit: its Items. The other counts are their sums." }),
    repair: z
      .object({
        requested: time,
        sync_run_heron_id: z.string().nullable().meta({
          description:
            "The full resync that made it; null while it is due. Always null for an integration's audit, as each Item has a run of its own: list the Items' audits with `part_of_heron_id`.",
        }),
      })
      .nullable(),
  })
  .meta({ id: 'Audit' });

export const auditExample = z
  .object({
    subject: z.enum(FINDING_SUBJECTS),
    kind: z.enum(FINDING_KINDS),
    reference_id: z.string().meta({ description: "Plaid's transaction_id or account_id." }),
    heron_id: z.string().nullable().meta({ description: 'Of the stored transaction.' }),
    account_id: z.string().nullable(),
    date: z.string().nullable(),
    amount: money.meta({ description: 'Inflow positive.' }),
    removed_at: z
      .string()
      .nullable()
      .meta({ description: 'Set when it is missing because it is stored as removed.' }),
    differences: z
      .custom<RawJson>((value) => Array.isArray(value))
      .meta({
        type: 'array',
        items: { type: 'object' },
        description:
          "`field`, and its value at `plaid` and as `stored`, one entry per field that differs. `column.…` names what Ardea makes of Plaid's object.",
      }),
  })
  .meta({ id: 'AuditExample' });

/** What an audit reads cannot be chosen: a body that tries to is refused, instead of auditing everything. */
export const noOptions = z.strictObject({}).meta({ id: 'NoOptions' });

export const auditAnswer = z.object({ audit });
export const auditWithExamples = z.object({
  audit,
  examples: z.array(auditExample).meta({ description: 'At most 20 of each subject and kind.' }),
});
export const auditsAnswer = z.object({ audits: z.array(audit), next_cursor: nextCursor });

export const linkAuditsQuery = z.strictObject({
  ...keysetQuery,
  state: z.enum(AUDIT_STATES).optional(),
  verdict: z.enum(AUDIT_VERDICTS).optional(),
});
export const auditsQuery = z.strictObject({
  ...linkAuditsQuery.shape,
  item_id: text(1, 255).optional().meta({ description: "Only audits of this Item, by Plaid's item_id." }),
  part_of_heron_id: heronId('audit')
    .optional()
    .meta({ description: "Only the Items of this integration's audit." }),
  whole_integration: flag
    .optional()
    .meta({ description: 'true: only audits of the whole integration; false: only of single Items.' }),
});
