import type { Break } from './break.js';

const INTAKE = 'src/api/webhooks/intake.js';
const COMMIT = 'src/db/queries/update-commit.js';
const SWEEP = 'src/db/queries/sweep.js';

/** I5 and I11: from Plaid's webhook to the sync that it asks for. */
export const INTAKE_BREAKS: readonly Break[] = [
  {
    name: 'answer-before-the-commit',
    invariant: 'I5',
    means:
      'A webhook is answered 200 at once and stored afterwards: it is gone with a process that dies between.',
    patches: [
      {
        file: INTAKE,
        text: '            return within(commitTimeoutMs, commitAndSignal({',
        becomes: '            return answered((webhook) => commitAndSignal(webhook), ({',
      },
      {
        file: INTAKE,
        text: 'export function createWebhookIntake(deps) {',
        becomes: `function answered(commit, webhook) {
    setTimeout(() => void commit(webhook).catch(() => undefined), 100);
    return { webhookId: '00000000-0000-7000-8000-000000000000', itemId: null, signal: false, duplicate: false };
}
export function createWebhookIntake(deps) {`,
      },
    ],
    scenario: 'api-dies',
    seenAs: ['I5'],
  },
  {
    name: 'errors-answered-200',
    invariant: 'I5',
    means: 'A webhook that could not be stored is logged and answered 200, so Plaid does not repeat it.',
    patches: [
      {
        file: INTAKE,
        text: `        await failpoint('intake.before_commit');`,
        becomes: `        try {
            await failpoint('intake.before_commit');
        }
        catch {
            return { webhookId: '00000000-0000-7000-8000-000000000000', itemId: null, signal: false, duplicate: true };
        }`,
      },
    ],
    scenario: 'api-dies',
    seenAs: ['I5'],
  },
  {
    name: 'early-webhooks-not-adopted',
    invariant: 'I5',
    means:
      'Webhooks that came before their link are never matched to it, neither by the link nor by the sweep.',
    patches: [
      {
        file: 'src/db/queries/links.js',
        text: 'where integration_id = :integrationId and plaid_item_id = :plaidItemId and item_id is null and verdict',
        becomes:
          'where false and integration_id = :integrationId and plaid_item_id = :plaidItemId and item_id is null and verdict',
      },
      {
        file: SWEEP,
        text: `where w.item_id is null and w.verdict <> 'rejected' limit`,
        becomes: `where false and w.item_id is null and w.verdict <> 'rejected' limit`,
      },
    ],
    scenario: 'day',
    seenAs: ['I5'],
  },
  {
    name: 'synced-up-to-now',
    invariant: 'I11',
    means: 'A commit consumes all that is dirty by then, and with it what came after Plaid had answered.',
    patches: [
      {
        file: COMMIT,
        text: 'update item_sync set synced_gen = greatest(synced_gen, :claimedGen), repeated_signals = 0',
        becomes:
          'update item_sync set synced_gen = case when :claimedGen::bigint is null then 0 else dirty_gen end, repeated_signals = 0',
      },
    ],
    scenario: 'busy',
    seenAs: ['I11'],
  },
  {
    name: 'claim-after-the-read',
    invariant: 'I11',
    means: 'The generation is claimed after Plaid has answered instead of before.',
    patches: [
      {
        file: 'src/activities/look/sync-item.js',
        text: `    await failpoint('look.before_commit');`,
        becomes: `    await failpoint('look.before_commit');
    context.basis.claimedGen = (await deps.looks.claim(row.id)).claimed_gen;`,
      },
    ],
    scenario: 'busy',
    seenAs: ['I11'],
  },
  {
    name: 'no-sweep',
    invariant: 'I11',
    means: 'Nobody repeats a signal that got lost.',
    patches: [
      {
        file: 'src/activities/sweep.js',
        text: 'await sendAll(owed, (item) => sender.look(item));',
        becomes: '0;',
      },
    ],
    scenario: 'signals-lost',
    seenAs: ['I11'],
    quiesceMs: 15_000,
  },
];
