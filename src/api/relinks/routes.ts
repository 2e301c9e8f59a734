import type { Deps } from '../../deps.js';
import type { RelinkDecision, StatedAccounts } from '../../db/queries/relink-decisions.js';
import type { RelinkRow } from '../../db/queries/relink-reads.js';
import { AppError, ERRORS, invalidField } from '../../domain/errors.js';
import { fromPublicId } from '../../domain/ids.js';
import { findEndUser } from '../end-users/find.js';
import { pageLinks } from '../paging.js';
import { route, type Route } from '../route.js';
import { presentRelink } from './present.js';
import { acceptance, relinkAnswer, relinkList, relinksAnswer, reversion } from './schema.js';

const tag = 'Relinks';
const params = { relink_id: 'heron_id of the relink (`rln_…`).' };
const SHOWN = ['doubtful', 'superseded', 'rejected', 'reverted'] as const;

/** The accounts that an operator states to be one, as row ids; throws `request.invalid` where they do not fit. */
function statedAccounts(
  { accounts, old_item_id, new_item_id }: RelinkRow,
  stated: readonly { old_account_id: string; new_account_id: string }[],
): StatedAccounts {
  const rowOf = (itemId: string, accountId: string, which: string): string => {
    const row = accounts.find((each) => each.item_id === itemId && each.account_id === accountId);
    if (!row) throw invalidField('accounts', `The ${which} Item has no account ${accountId}.`);
    return row.id;
  };
  const pairs = stated.map(({ old_account_id, new_account_id }) => ({
    oldId: rowOf(old_item_id, old_account_id, 'old'),
    newId: rowOf(new_item_id, new_account_id, 'new'),
  }));
  const ids = pairs.flatMap(({ oldId, newId }) => [oldId, newId]);
  if (new Set(ids).size < ids.length) throw invalidField('accounts', 'An account is named twice.');
  return pairs;
}

const PAIRS_BODY = '{"accounts": [{"old_account_id": "…", "new_account_id": "…"}]}';

const nameThem = (accountIds: readonly string[]): string =>
  `Ardea cannot tell which accounts are one, so nothing would be hidden of them. Name the pairs: ${PAIRS_BODY}.${
    accountIds.length === 0 ? '' : ` Accounts of the old Item to be named: ${accountIds.join(', ')}.`
  } Or reject the relink.`;

const notOne = (pairs: readonly { oldAccountId: string; newAccountId: string }[]): string =>
  `No transaction of these accounts is there twice, so they are not one: ${pairs
    .map(({ oldAccountId, newAccountId }) => `${oldAccountId} and ${newAccountId}`)
    .join('; ')}. Name other pairs, or reject the relink.`;

export type RelinkRouteDeps = Pick<Deps, 'relinkReads' | 'relinkDecisions' | 'endUsers' | 'signals'>;

export function createRelinkRoutes({
  relinkReads,
  relinkDecisions,
  endUsers,
  signals,
}: RelinkRouteDeps): Route[] {
  const find = async (organizationId: string, address: string): Promise<RelinkRow> => {
    const id = fromPublicId('relink', address);
    const row = id === null ? null : await relinkReads.find(organizationId, id);
    if (!row) throw new AppError('relink.not_found', { description: `There is no relink ${address}.` });
    return row;
  };

  const decided = async (organizationId: string, row: RelinkRow, decision: Promise<RelinkDecision>) => {
    const outcome = await decision;
    if (outcome.kind === 'not_found') throw new AppError('relink.not_found');
    if (outcome.kind === 'not_decidable')
      throw new AppError('relink.not_decidable', {
        description: `The relink is ${outcome.status}. ${ERRORS['relink.not_decidable'].wayOut}`,
      });
    if (outcome.kind === 'accounts_unnamed') throw invalidField('accounts', nameThem(outcome.accountIds));
    if (outcome.kind === 'accounts_unlike') throw invalidField('accounts', notOne(outcome.pairs));
    if (outcome.kind === 'new_item_stopped')
      throw new AppError('relink.new_item_stopped', {
        description: `The new Item ${outcome.newItemId} is not synced any more. Nothing was changed.`,
      });
    if (outcome.signal !== null) signals.look({ id: outcome.signal, organizationId });
    const now = (await relinkReads.find(organizationId, row.id)) ?? row;
    return { status: 200 as const, body: { relink: presentRelink(now) } };
  };

  const responses = { 200: { description: 'The relink as it is now.', schema: relinkAnswer } };
  const errors = ['relink.not_found', 'relink.not_decidable'] as const;

  return [
    route({
      method: 'get',
      path: '/api/relinks',
      role: 'read_only',
      tag,
      summary: 'List relinks',
      description:
        'Items with which an end user linked the same accounts again. Those that are `doubtful` wait for a decision.',
      query: relinkList,
      responses: { 200: { description: 'The latest first.', schema: relinksAnswer } },
      errors: ['end_user.not_found'],
      async handle({ organizationId, query, url }) {
        const { page, limit } = query;
        const endUser =
          query.end_user_id === undefined
            ? undefined
            : await findEndUser(endUsers, organizationId, query.end_user_id);
        const { rows, total } = await relinkReads.list(organizationId, {
          filter: {
            statuses: query.status ?? SHOWN,
            endUserRowId: endUser?.id,
            plaidItemId: query.item_id,
          },
          limit,
          offset: (page - 1) * limit,
        });
        const pages = Math.max(1, Math.ceil(total / limit));
        return {
          status: 200,
          body: {
            relinks: rows.map(presentRelink),
            _meta: { limit, page, pages, total, ...pageLinks(url, page, page < pages) },
          },
        };
      },
    }),

    route({
      method: 'get',
      path: '/api/relinks/{relink_id}',
      role: 'read_only',
      tag,
      summary: 'Get a relink with its evidence',
      params,
      responses: { 200: { description: 'The relink.', schema: relinkAnswer } },
      errors: ['relink.not_found'],
      async handle({ organizationId, params: { relink_id } }) {
        return {
          status: 200,
          body: { relink: presentRelink(await find(organizationId, relink_id!)) },
        };
      },
    }),

    route({
      method: 'post',
      path: '/api/relinks/{relink_id}/accept',
      role: 'member',
      tag,
      summary: 'Accept a relink: the new Item supersedes the old one',
      description:
        'The old Item is no longer synced, and its transactions that the new Item has too are hidden and deleted in the feed. Also for a relink that was rejected or reverted before. Where `ambiguous_accounts` are left, or no accounts are matched at all, name the pairs in `accounts`: without them, and with pairs that have no transaction in common, the answer is 422 and nothing is changed.',
      params,
      body: { schema: acceptance, optional: true },
      responses,
      errors: [...errors, 'relink.new_item_stopped'],
      async handle({ organizationId, params: { relink_id }, body }) {
        const row = await find(organizationId, relink_id!);
        const stated = statedAccounts(row, body.accounts);
        return decided(organizationId, row, relinkDecisions.accept(organizationId, row.id, stated));
      },
    }),

    route({
      method: 'post',
      path: '/api/relinks/{relink_id}/reject',
      role: 'member',
      tag,
      summary: 'Reject a doubtful relink: the Items have nothing to do with each other',
      params,
      responses,
      errors,
      async handle({ organizationId, params: { relink_id } }) {
        const row = await find(organizationId, relink_id!);
        return decided(organizationId, row, relinkDecisions.reject(organizationId, row.id));
      },
    }),

    route({
      method: 'post',
      path: '/api/relinks/{relink_id}/revert',
      role: 'member',
      tag,
      summary: 'Revert a relink: show everything again',
      description:
        'What was hidden comes back as upserts in the feed, and the old Item is synced again. The two Items are not compared again; accept brings the relink back.',
      params,
      body: { schema: reversion, optional: true },
      responses,
      errors,
      async handle({ organizationId, params: { relink_id }, body }) {
        const row = await find(organizationId, relink_id!);
        return decided(organizationId, row, relinkDecisions.revert(organizationId, row.id, body.sync));
      },
    }),
  ];
}
