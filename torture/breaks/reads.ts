import type { Break } from './break.js';

/** I6 and I8: what readers see. */
export const READ_BREAKS: readonly Break[] = [
  {
    name: 'positions-before-the-commit',
    invariant: 'I6',
    means:
      'Positions are taken in a transaction of their own, to hold the head for less long: readers pass places that are still empty.',
    patches: [
      {
        file: 'src/db/queries/update-commit.js',
        text: `            await failpoint('look.in_commit');
            await stampChanges(trx, update.organizationId, [...new Set([...changedIds, ...relinked])]);`,
        becomes: `            const { rows: [head] } = await db.raw(
                'update change_heads set position = position + ?, stamped_at = clock_timestamp() where organization_id = ? returning position, stamped_at',
                [changedIds.length, update.organizationId]);
            await failpoint('look.in_commit');
            await trx.raw(\`insert into changes (organization_id, position, transaction_id, end_user_id, item_id, stamped_at)
                select t.organization_id, :position::bigint - :n::bigint + row_number() over (order by t.id), t.id, t.end_user_id, t.item_id, :stampedAt::timestamptz
                  from transactions t where t.id = any(:ids::uuid[])
                on conflict (transaction_id) do update set position = excluded.position, stamped_at = excluded.stamped_at\`,
                { position: head.position, n: changedIds.length, stampedAt: head.stamped_at, ids: changedIds });`,
      },
    ],
    scenario: 'commits',
    seenAs: ['I6'],
  },
  {
    name: 'removals-not-stamped',
    invariant: 'I6',
    means: 'A removal gets no new position in the feed: readers keep the row.',
    patches: [
      {
        file: 'src/db/queries/merge-rows.js',
        text: ' union all select id from removed) changed',
        becomes: ') changed',
      },
    ],
    scenario: 'day',
    seenAs: ['I6'],
  },
  {
    name: 'head-read-after-the-rows',
    invariant: 'I6',
    means:
      'A page of the feed ends at a head that is read after its rows: what is committed between the two is passed over.',
    patches: [
      {
        file: 'src/db/queries/changes-read.js',
        text: 'const position = hasMore || reached > headPosition ? reached : headPosition;',
        // The pause stands for a busy machine: without it the window is there and seldom hit.
        becomes: `await new Promise((resolve) => setTimeout(resolve, 150));
            const position = hasMore ? reached : BigInt((await head(organizationId, 0)).position);`,
      },
    ],
    scenario: 'commits',
    seenAs: ['I6'],
  },
  {
    name: 'integration-of-anybody',
    invariant: 'I8',
    means: 'An integration is found by its id alone, whoever asks.',
    patches: [
      {
        file: 'src/db/queries/integrations.js',
        text: 'from integrations where organization_id = :organizationId ${evenDeleted',
        becomes: 'from integrations where :organizationId::uuid is not null ${evenDeleted',
      },
    ],
    scenario: 'day',
    seenAs: ['I8'],
  },
  {
    name: 'transactions-of-everybody',
    invariant: 'I8',
    means: 'The list of transactions is not narrowed to the organisation that asks.',
    patches: [
      {
        file: 'src/db/queries/transaction-filter.js',
        text: `    where('t.organization_id = ?', organizationId);`,
        becomes: '',
      },
    ],
    scenario: 'day',
    seenAs: ['I8'],
  },
];
