import { z } from 'zod';
import type { Deps } from '../../deps.js';
import type { RelatedTransactionRow, TransactionVersionRow } from '../../db/queries/transaction-history.js';
import { AppError } from '../../domain/errors.js';
import { fromPublicId, toPublicId } from '../../domain/ids.js';
import { date, money, passedOn, time } from '../fields.js';
import { exactNumber, RawJson, rawJson } from '../json/exact-json.js';
import { route, type Route } from '../route.js';
import { presentFlat } from './present.js';
import { flatTransaction } from './schema.js';

const version = z
  .object({
    version: z.int(),
    since: time,
    until: time.nullable().meta({ description: 'Null of the last one: it is what the transaction is.' }),
    sync_run_heron_id: z
      .string()
      .nullable()
      .meta({ description: 'The run that brought it; null of the first one.' }),
    removed_at: time.nullable().meta({ description: 'Set where the bank had withdrawn this version.' }),
    changes: z
      .custom<RawJson>((value) => Array.isArray(value))
      .meta({
        type: 'array',
        items: {
          type: 'object',
          properties: { field: { type: 'string' }, before: {}, after: {} },
          required: ['field', 'before', 'after'],
        },
        description:
          "What differs from the version before, by the fields of Plaid's object; null: not there.",
      }),
    plaid: passedOn.meta({
      description:
        'The object that Plaid sent, as it is stored: every value digit for digit, but neither the order of its fields nor its white space.',
    }),
  })
  .meta({ id: 'TransactionVersion' });

const related = z
  .object({
    relation: z.enum(['pending', 'posted', 'duplicate_of', 'duplicate']).meta({
      description:
        '`pending`: the pending row that it was. `posted`: the posted row that it became. `duplicate_of`: the row of a newer Item that stands for it. `duplicate`: a row of a superseded Item that it stands for.',
    }),
    heron_id: z.string(),
    reference_id: z.string(),
    item_id: z.string(),
    amount: money,
    date: date.nullable(),
    description: z.string().nullable(),
    created: time,
    removed_at: time.nullable(),
  })
  .meta({ id: 'RelatedTransaction' });

export const historyAnswer = z.object({
  transaction: flatTransaction,
  first_seen: time,
  versions: z.array(version).meta({ description: 'Oldest first; the last one is what it is.' }),
  related: z.array(related),
});

const presentVersion = (row: TransactionVersionRow): z.input<typeof version> => ({
  version: row.version,
  since: row.since.toISOString(),
  until: row.until?.toISOString() ?? null,
  sync_run_heron_id: row.sync_run_id === null ? null : toPublicId('syncRun', row.sync_run_id),
  removed_at: row.removed_at?.toISOString() ?? null,
  changes: new RawJson(row.changes),
  plaid: rawJson(row.plaid_bytes ? row.plaid_bytes.toString('utf8') : row.plaid)!,
});

const presentRelated = (row: RelatedTransactionRow): z.input<typeof related> => ({
  relation: row.relation,
  heron_id: toPublicId('transaction', row.id),
  reference_id: row.reference_id,
  item_id: row.plaid_item_id,
  amount: exactNumber(row.amount),
  date: row.date,
  description: row.description,
  created: row.created_at.toISOString(),
  removed_at: row.removed_at?.toISOString() ?? null,
});

export function createTransactionHistoryRoutes(
  deps: Pick<Deps, 'transactions' | 'transactionHistory'>,
): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/transactions/{reference_id_or_heron_id}/history',
      role: 'read_only',
      tag: 'Transactions',
      summary: 'Get the history of a transaction',
      description: 'Everything that Plaid ever sent of it, and the rows that it was or became.',
      params: {
        reference_id_or_heron_id: "The heron_id (`txn_…`), or Plaid's transaction_id.",
      },
      responses: { 200: { description: 'From its first version to now.', schema: historyAnswer } },
      errors: ['transaction.not_found'],
      async handle({ organizationId, params }) {
        const address = params.reference_id_or_heron_id!;
        const row = await deps.transactions.find(
          organizationId,
          address,
          fromPublicId('transaction', address),
          false,
        );
        if (!row)
          throw new AppError('transaction.not_found', { description: `There is no transaction ${address}.` });
        const [versions, others] = await Promise.all([
          deps.transactionHistory.versions(row.id),
          deps.transactionHistory.related(row.id),
        ]);
        return {
          status: 200,
          body: {
            transaction: presentFlat([row])[0]!,
            first_seen: row.created_at.toISOString(),
            versions: versions.map(presentVersion),
            related: others.map(presentRelated),
          },
        };
      },
    }),
  ];
}
