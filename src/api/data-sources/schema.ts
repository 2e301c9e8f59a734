import { z } from 'zod';
import { LINK_STATUSES } from '../../domain/item-status.js';
import { date, money, time } from '../fields.js';

export const dataSourceAccount = z
  .object({
    heron_id: z.string().meta({ examples: ['dsa_3mJr7AoUXx2WqdBvcQTzHa'] }),
    account_id: z.string().meta({ description: "Plaid's account_id; the account_id of transactions." }),
    reference_id: z.string().meta({ description: 'The same, under the name of the contract.' }),
    name: z.string().nullable(),
    official_name: z.string().nullable(),
    number: z.string().nullable().meta({ description: 'The last digits.' }),
    display_account_id: z.string().nullable(),
    type: z.string().nullable(),
    subtype: z.string().nullable(),
    currency: z.string().nullable(),
    institution_name: z.string().nullable(),
    owner_name: z.null(),
    balances: z
      .array(z.object({ date, closing_amount: money, currency: z.string().nullable() }))
      .meta({ description: 'The current balance, as of the day on which it was fetched.' }),
    balance_available: money,
    balance_current: money,
    balance_limit: money,
    balances_at: time.nullable(),
    min_date: date.nullable().meta({ description: 'Date of its oldest transaction.' }),
    max_date: date.nullable(),
    start_date: date.nullable(),
    end_date: date.nullable(),
    num_transactions: z.int(),
    is_enabled: z.boolean(),
    closed_at: time.nullable().meta({ description: 'Since when Plaid no longer lists it.' }),
    revoked_at: time.nullable().meta({
      description:
        'Since when the end user has withdrawn it at the bank. Its rows stay until they are erased.',
    }),
    created: time,
    last_updated: time,
  })
  .meta({ id: 'DataSourceAccount' });

export const dataSource = z
  .object({
    heron_id: z.string().meta({ examples: ['dso_3mJr7AoUXx2WqdBvcQTzHa'] }),
    reference_id: z.string().meta({ description: "Plaid's item_id." }),
    type: z.literal('integration_link'),
    status: z.enum(LINK_STATUSES),
    is_enabled: z.boolean(),
    metadata: z.object({
      integration_heron_id: z.string(),
      integration_item_id: z.string(),
      last_successful_sync: time.nullable(),
      sub_type: z.literal('transaction'),
      currency: z.null(),
      filename: z.null(),
      notes: z.null(),
      parsing_version: z.null(),
    }),
    data_source_accounts: z.array(dataSourceAccount),
    created: time,
    last_updated: time,
  })
  .meta({ id: 'DataSource' });

export const dataSourcesAnswer = z.array(dataSource);
