import { z } from 'zod';
import { date, listOf, money, text, time, whole } from '../fields.js';
import { RELINK_REASONS } from '../../domain/relink.js';

const STATUSES = ['doubtful', 'superseded', 'rejected', 'reverted', 'different', 'ended'] as const;
export const relinkStatus = z.enum(STATUSES);

const account = z.object({
  account_id: z.string().meta({ description: "Plaid's account_id." }),
  name: z.string().nullable(),
  mask: z.string().nullable(),
  type: z.string().nullable(),
});

const example = z.object({
  heron_id: z.string(),
  reference_id: z.string(),
  account_id: z.string().nullable(),
  date: date.nullable(),
  amount: money,
  description: z.string().nullable(),
});

const evidence = z.object({
  accounts: z
    .array(
      z.object({
        old_account: account,
        new_account: account,
        matched_by: z.enum(['persistent_account_id', 'description', 'operator']).meta({
          description: '`description`: by institution, mask, name and type. `operator`: stated on accept.',
        }),
      }),
    )
    .meta({ description: 'Accounts of the two Items that are one.' }),
  missing_accounts: z
    .array(account)
    .meta({ description: 'Open accounts of the old Item that the new one does not have.' }),
  ambiguous_accounts: z
    .array(account)
    .meta({ description: 'Accounts of the old Item that fit several of the new one, or share one.' }),
  new_accounts: z
    .array(account)
    .meta({ description: 'Open accounts of the new Item that were matched with none.' }),
  expected: z.int().meta({
    description: "Posted transactions of the old Item from the new Item's oldest date on, by account.",
  }),
  agreed: z.int().meta({ description: 'How many of them the new Item has.' }),
  new_expected: z
    .int()
    .meta({ description: 'Posted transactions of the new Item within the days that the old one has seen.' }),
  new_agreed: z.int().meta({ description: 'How many of them the old Item has.' }),
  only_in_old: z.array(example).meta({ description: 'The latest few that only the old Item has.' }),
  only_in_new: z.array(example),
  history: z
    .enum(['pending', 'initial', 'complete'])
    .meta({ description: 'History of the new Item when they were compared.' }),
});

export const relink = z
  .object({
    heron_id: z.string().meta({ examples: ['rln_3mJr7AoUXx2WqdBvcQTzHa'] }),
    status: relinkStatus.meta({
      description:
        '`superseded`: the new Item is synced, the duplicates of the old one are hidden. `doubtful`: nothing is hidden, an operator has to accept or reject. `rejected`, `reverted`: decided by an operator, both are visible. `different`: the accounts look alike and the transactions do not. `ended`: an Item of it was erased.',
    }),
    reason: z.enum(RELINK_REASONS).meta({ description: 'Why it was judged so.' }),
    decided_by: z.enum(['ardea', 'operator']),
    end_user_id: z.string().meta({ description: 'Your own id of the customer.' }),
    institution: z.object({ institution_id: z.string().nullable(), name: z.string().nullable() }),
    old_item_id: z.string().meta({ description: "Plaid's item_id." }),
    new_item_id: z.string().meta({ description: "Plaid's item_id." }),
    old_integration_heron_id: z.string(),
    new_integration_heron_id: z.string(),
    hidden_transactions: z.int().meta({
      description:
        'Transactions of the old Item that are hidden by it: duplicates, and pendings that are gone.',
    }),
    evidence,
    created: time,
    last_updated: time,
  })
  .meta({ id: 'Relink' });

export const relinkAnswer = z.object({ relink });
export const relinksAnswer = z.object({
  relinks: z.array(relink),
  _meta: z.object({
    limit: z.int(),
    page: z.int(),
    pages: z.int(),
    total: z.int(),
    next_url: z.string().nullable(),
    prev_url: z.string().nullable(),
  }),
});

export const relinkList = z.strictObject({
  status: listOf(STATUSES).optional().meta({ description: 'By default all but `different` and `ended`.' }),
  end_user_id: text(1, 140).optional().meta({ description: 'Your own id of the customer, or the heron_id.' }),
  item_id: text(1, 255).optional().meta({ description: "Plaid's item_id of either Item." }),
  page: whole(1, 1_000_000).default(1),
  limit: whole(1, 200).default(50),
});

export const acceptance = z
  .strictObject({
    accounts: z
      .array(
        z.strictObject({
          old_account_id: text(1, 255).meta({ description: "Plaid's account_id in the old Item." }),
          new_account_id: text(1, 255).meta({ description: "Plaid's account_id in the new Item." }),
        }),
      )
      .max(200)
      .default([])
      .meta({ description: 'Accounts that you know to be one where Ardea cannot tell. Each at most once.' }),
  })
  .meta({ id: 'RelinkAcceptance' });

export const reversion = z
  .strictObject({
    sync: z.boolean().default(true).meta({
      description: 'Whether the old Item is synced again. With `false` it is paused; resume it later.',
    }),
  })
  .meta({ id: 'RelinkReversion' });
