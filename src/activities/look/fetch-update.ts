import { randomUUID } from 'node:crypto';
import { failpoint } from '../../failpoints.js';
import { createUpdateFold, type FoldedUpdate } from '../../domain/fold.js';
import { pageForJsonb, textForJsonb } from '../../db/json-text.js';
import type { RowSource } from '../../db/queries/merge-rows.js';
import { PlaidError } from '../../plaid/plaid-error.js';
import type { SyncPage } from '../../plaid/sync-page.js';
import { callOptions, type FetchContext, type FetchDeps } from './deps.js';

/** A complete update, from its first cursor to `has_more: false`, ready to be merged. */
export interface FetchedUpdate {
  runId: string;
  source: RowSource;
  folded: FoldedUpdate;
  rows: number;
  pages: number;
  /** JSON texts that hold accounts, oldest first: arrays, or documents with an `accounts` array. */
  accounts: string[];
  accountIds: string[];
  cursor: string | null;
  updateStatus: string;
  requestId: string;
}

export type FetchOutcome = { kind: 'fetched'; update: FetchedUpdate } | { kind: 'longer_than_a_page' };

/**
 * Fetches all pages from `cursor`. A single page stays in memory; of a longer update each page is staged while the next one
 * is on its way. Whatever is thrown, nothing of a failed attempt remains but staged rows under a dead run id.
 */
export async function fetchUpdate(
  deps: FetchDeps,
  context: FetchContext,
  cursor: string | null,
): Promise<FetchOutcome> {
  const first = await fetchPage(deps, context, cursor);
  if (!first.hasMore) return { kind: 'fetched', update: singlePage(first) };
  if (context.mode === 'quick') return { kind: 'longer_than_a_page' };
  const runId = randomUUID();
  await deps.staging.begin(runId, context.basis.itemId);
  try {
    return { kind: 'fetched', update: await stagedPages(deps, context, runId, first) };
  } catch (error) {
    await discardStaged(deps, { kind: 'staged', runId });
    throw error;
  }
}

/** Removes what was staged, if anything was. Never throws: the sweep removes what is left. */
export async function discardStaged(
  deps: Pick<FetchDeps, 'staging' | 'logger'>,
  source: RowSource,
): Promise<void> {
  if (source.kind !== 'staged') return;
  const { runId } = source;
  await deps.staging
    .discard(runId)
    .catch((error: unknown) => deps.logger.warn({ err: error, runId }, 'staged rows left to the sweep'));
}

async function fetchPage(
  deps: FetchDeps,
  context: FetchContext,
  cursor: string | null,
  step: 'beginning' | 'continuing' = 'beginning',
): Promise<SyncPage> {
  const asked = await context.api.syncPage(context.accessToken, cursor, callOptions(deps, context, step));
  if (context.run) {
    context.run.pages += 1;
    context.run.requestId = asked.requestId;
  }
  // The fold, tombstones and account lists speak of rows by the ids that the rows are stored under.
  const page = {
    ...asked,
    upsertIds: asked.upsertIds.map(textForJsonb),
    removedIds: asked.removedIds.map(textForJsonb),
    accountIds: asked.accountIds.map(textForJsonb),
  };
  // A page that leads back to itself would be fetched for ever.
  if (page.hasMore && (page.nextCursor === '' || page.nextCursor === cursor)) {
    throw new PlaidError({
      errorType: null,
      errorCode: null,
      message: 'Plaid announced more pages without a new cursor',
      httpStatus: 200,
      requestId: page.requestId,
      retryAfterMs: null,
    });
  }
  return page;
}

function singlePage(page: SyncPage): FetchedUpdate {
  const fold = createUpdateFold();
  fold.add({ upserts: page.upsertIds, removed: page.removedIds });
  const json = pageForJsonb(page.body);
  return {
    runId: randomUUID(),
    source: { kind: 'page', page: json },
    folded: fold.result(),
    rows: fold.upsertCount,
    pages: 1,
    accounts: page.accountCount > 0 ? [json.text] : [],
    accountIds: page.accountIds,
    cursor: page.nextCursor === '' ? null : page.nextCursor,
    updateStatus: page.updateStatus,
    requestId: page.requestId,
  };
}

async function stagedPages(
  deps: FetchDeps,
  context: FetchContext,
  runId: string,
  first: SyncPage,
): Promise<FetchedUpdate> {
  const fold = createUpdateFold();
  const accounts: string[] = [];
  const accountIds = new Set<string>();
  let rows = 0;
  let pages = 0;
  let page = first;
  for (;;) {
    const firstPosition = fold.upsertCount;
    fold.add({ upserts: page.upsertIds, removed: page.removedIds });
    for (const id of page.accountIds) accountIds.add(id);
    const staging = deps.staging.stage(runId, firstPosition, pageForJsonb(page.body));
    const next = page.hasMore ? fetchPage(deps, context, page.nextCursor, 'continuing') : null;
    // Both run at once; a failure of either must not leave the other's rejection unhandled.
    const [staged, fetched] = await Promise.allSettled([staging, next]);
    if (staged.status === 'rejected') throw staged.reason;
    rows += staged.value.rows;
    pages += 1;
    if (staged.value.accounts !== accounts.at(-1)) accounts.push(staged.value.accounts);
    context.heartbeat({ pages, rows });
    if (fetched.status === 'rejected') throw fetched.reason;
    if (fetched.value === null) break;
    page = fetched.value;
    await failpoint('look.between_pages');
  }
  if (rows !== fold.upsertCount) throw new Error(`staged ${rows} of ${fold.upsertCount} rows`);
  return {
    runId,
    source: { kind: 'staged', runId },
    folded: fold.result(),
    rows,
    pages,
    accounts,
    accountIds: [...accountIds],
    cursor: page.nextCursor === '' ? null : page.nextCursor,
    updateStatus: page.updateStatus,
    requestId: page.requestId,
  };
}
