import type { Break } from './break.js';

const FETCH = 'src/activities/look/fetch-update.js';
const SYNC = 'src/activities/look/sync-item.js';
const COMMIT = 'src/db/queries/update-commit.js';
const MERGE = 'src/db/queries/merge-rows.js';
const RESULTS = 'src/db/queries/look-results.js';

/** What a rejected page does in the loop over the pages. */
const PAGE_FAILED = `        if (fetched.status === 'rejected')
            throw fetched.reason;`;

/** I1 to I4: from Plaid's pages to the rows. */
export const UPDATE_BREAKS: readonly Break[] = [
  {
    name: 'cursor-per-page',
    invariant: 'I1',
    means:
      'The cursor is stored page by page, before the rows of the update are: an attempt that dies leaves them out.',
    patches: [
      {
        file: FETCH,
        text: `        page = fetched.value;
        await failpoint('look.between_pages');`,
        becomes: `        await deps.db.raw('update items set cursor = ? where id = ?', [page.nextCursor, context.basis.itemId]);
        page = fetched.value;
        await failpoint('look.between_pages');`,
      },
    ],
    scenario: 'pages',
    seenAs: ['I1'],
  },
  {
    name: 'cursor-before-rows',
    invariant: 'I1',
    means: 'Cursor and rows are committed one after the other: a failure between them loses the rows.',
    patches: [
      {
        file: COMMIT,
        text: 'const again = await finish(trx, update, merged);',
        becomes: 'const again = await db.transaction((first) => finish(first, update, merged));',
      },
      // Else the second transaction would wait for the first.
      {
        file: COMMIT,
        text: ` and i.desired_state = 'active' for no key update of i`,
        becomes: ` and i.desired_state = 'active'`,
      },
    ],
    scenario: 'commits',
    seenAs: ['I1'],
  },
  {
    name: 'page-cap',
    invariant: 'I1',
    means: 'An update ends after two pages, whatever has_more says, and counts as complete.',
    patches: [
      {
        file: FETCH,
        text: '        if (fetched.value === null)',
        becomes: '        if (fetched.value === null || pages === 2)',
      },
    ],
    scenario: 'day',
    // What is left of the update looks like one that nobody has fetched.
    seenAs: ['I1', 'I11'],
  },
  {
    name: 'modified-ignored',
    invariant: 'I1',
    means: 'A row that is there already is left as it is: what Plaid modifies never arrives.',
    patches: [
      {
        file: MERGE,
        text: 'from incoming n where (select any_rows from stored) and ${STORED} and ${differs} returning t.id)',
        becomes: 'from incoming n where false and ${STORED} and ${differs} returning t.id)',
      },
    ],
    scenario: 'day',
    seenAs: ['I1'],
  },
  {
    name: 'removed-ignored',
    invariant: 'I1',
    means: 'What Plaid removes stays.',
    patches: [{ file: SYNC, text: 'removed: update.folded.removed,', becomes: 'removed: [],' }],
    scenario: 'day',
    seenAs: ['I1'],
  },
  {
    name: 'transaction-across-the-call',
    invariant: 'I2',
    means: 'The Item is locked in a transaction while Plaid is asked, to serialise its syncs.',
    patches: [
      {
        file: SYNC,
        text: 'const fetched = await fetchUpdate(deps, context, plan.resync ? null : row.cursor);',
        becomes: `const fetched = await deps.db.transaction(async (trx) => {
        await trx.raw('select 1 from items where id = ? for key share', [row.id]);
        return fetchUpdate(deps, context, plan.resync ? null : row.cursor);
    });`,
      },
    ],
    scenario: 'slow-bank',
    seenAs: ['I2'],
  },
  {
    name: 'compare-and-set-dropped',
    invariant: 'I3',
    means: 'A sync commits whatever happened since it began: of two at once the older may be the last.',
    patches: [
      {
        file: COMMIT,
        text: 'and i.sync_version = :syncVersion and i.desired_state',
        becomes: 'and :syncVersion::bigint is not null and i.desired_state',
      },
    ],
    scenario: 'two-at-once',
    seenAs: ['I3'],
  },
  {
    name: 'partial-update-kept',
    invariant: 'I4',
    means: 'On a mutation during pagination the pages so far are stored, and the sync counts as done.',
    patches: [
      {
        file: FETCH,
        text: PAGE_FAILED,
        becomes: `        if (fetched.status === 'rejected') {
            if (fetched.reason.errorClass !== 'restart')
                throw fetched.reason;
            page = { ...page, nextCursor: '' };
            break;
        }`,
      },
    ],
    scenario: 'mutation',
    // The old cursor stays with a sync that counts as done: the Item is not dirty, and behind the bank.
    seenAs: ['I4', 'I11'],
  },
  {
    name: 'restart-from-the-failing-page',
    invariant: 'I4',
    means: 'After a mutation during pagination the next attempt goes on from the page that failed.',
    patches: [
      {
        file: FETCH,
        text: PAGE_FAILED,
        becomes: `        if (fetched.status === 'rejected') {
            if (fetched.reason.errorClass === 'restart')
                await deps.db.raw('update items set cursor = ? where id = ?', [page.nextCursor, context.basis.itemId]);
            throw fetched.reason;
        }`,
      },
    ],
    scenario: 'mutation',
    // Rows are missing from an update: what a cursor that moved too far does as well.
    seenAs: ['I1', 'I4'],
  },
  {
    name: 'null-cursor-instead-of-a-resync',
    invariant: 'I4',
    means:
      'A refused cursor is cleared and the history added again: what was removed meanwhile stays for ever.',
    patches: [
      {
        file: RESULTS,
        text: 'update items set resync_reason = :reason, resync_missing = null',
        becomes: 'update items set cursor = case when :reason = :reason then null end, resync_missing = null',
      },
    ],
    scenario: 'refused-cursor',
    // Rows that the bank has not: what any lost removal leaves.
    seenAs: ['I1', 'I4'],
  },
];
