import { setTimeout as sleep } from 'node:timers/promises';
import type { ArdeaApi, Change, Transaction } from './ardea-api.js';
import { expectSpending, type Progress } from './expectations.js';
import { DYNAMIC_USER, FIRST_PLATYPUS_BANK, SIMULATOR_KEYS, type SimulatorBank } from './simulator-bank.js';

export interface WalkContext {
  api: ArdeaApi;
  /** The same without printing, for polling. */
  quietApi: ArdeaApi;
  bank: SimulatorBank;
  simulatorUrl: string;
  print: (line: string) => void;
  /** Longest wait for the first sync, and again for the changes. */
  patienceMs: number;
}

const show = ({ op, transaction }: Change): string => {
  const { reference_id: reference, date, amount, description, pending } = transaction;
  const words =
    op === 'upsert'
      ? [date, String(amount).padStart(10), pending === true ? 'pending' : 'posted ', description]
      : ['removed'];
  return `    ${op.padEnd(6)} ${(reference ?? transaction.heron_id).padEnd(40)} ${words.join('  ')}`;
};

const apply = (rows: Map<string, Transaction>, changes: Change[]): void => {
  for (const { op, transaction } of changes) {
    if (op === 'delete') rows.delete(transaction.heron_id);
    else rows.set(transaction.heron_id, transaction as Transaction);
  }
};

/** Reads the feed until the link is active with its whole history, and the feed quiet. */
const firstSync = async (context: WalkContext, endUserId: string, itemId: string) => {
  const { quietApi, print, patienceMs } = context;
  const rows = new Map<string, Transaction>();
  const deadline = Date.now() + patienceMs;
  let cursor: string | undefined;
  for (;;) {
    const { status, history } = await quietApi.linkState(endUserId, itemId);
    const page = await quietApi.changes({ cursor, endUserId, waitSeconds: 2 });
    apply(rows, page.changes);
    cursor = page.nextCursor;
    if (page.changes.length > 0) print(`    … ${rows.size} rows, link ${status}, history ${history}`);
    const isComplete = status === 'active' && history === 'complete' && rows.size > 0;
    if (isComplete && page.changes.length === 0 && !page.hasMore) return { rows, cursor };
    if (Date.now() > deadline) {
      throw new Error(
        `The first sync did not end in time: the link is ${status}, its history ${history}, ${rows.size} rows have arrived.`,
      );
    }
  }
};

const follow = async (
  { api, print, patienceMs }: WalkContext,
  endUserId: string,
  start: string,
  progress: Progress,
): Promise<void> => {
  const deadline = Date.now() + patienceMs;
  let cursor = start;
  while (progress.missing().length > 0) {
    if (Date.now() > deadline) throw new Error(`Not arrived in time: ${progress.missing().join('; ')}.`);
    const page = await api.changes({ cursor, endUserId, waitSeconds: 10 });
    progress.apply(page.changes);
    cursor = page.nextCursor;
    for (const change of page.changes) print(show(change));
  }
};

/** The guide, step by step, as an integrator's code would follow it. @throws saying what did not happen */
export const walkTheGuide = async (context: WalkContext): Promise<void> => {
  const { api, bank, simulatorUrl, print } = context;
  const run = new Date().toISOString().slice(0, 19);
  const endUserId = `demo-run-${run.replace(/\D/g, '')}`;

  print('\n1. Create the integration with the Plaid keys.');
  const integration = await api.createIntegration({
    name: `Demo ${run}`,
    baseUrl: simulatorUrl,
    clientId: SIMULATOR_KEYS.clientId,
    secret: SIMULATOR_KEYS.secret,
  });
  print('\n2. It shows the two URLs that the next steps need.');
  print(`    webhook URL  ${integration.webhookUrl}`);
  print(`    link URL     ${integration.linkUrl}`);

  print('\n3. Your code: Plaid Link with our webhook URL, then exchange the public token.');
  const item = await bank.link({
    institutionId: FIRST_PLATYPUS_BANK,
    webhookUrl: integration.webhookUrl,
    username: DYNAMIC_USER,
  });

  print('\n4. Your code: POST the Item to the link URL.');
  await api.link(integration.linkUrl, { ...item, endUserId, endUserName: 'Demo run' });

  print('\n5. Ardea fetches the history. Following the change feed until the first sync is over.');
  const { rows, cursor } = await firstSync(context, endUserId, item.itemId);
  print(`    The link is active with ${rows.size} rows.`);

  print(
    '\n6. Money is spent at the bank: Plaid looks again (pending rows appear), then once more with two purchases.',
  );
  const purchases = [
    { description: `Ardea demo espresso machine ${run}`, amount: 1249.5 },
    { description: `Ardea demo coffee beans ${run}`, amount: 86.25 },
  ];
  await bank.refresh(item.accessToken);
  await sleep(1_000); // two looks in the same second would be one update
  await bank.spend(item.accessToken, purchases);

  print(
    '\n7. The webhooks arrive here, and the changes in the feed: `wait` holds the request until there are some.',
  );
  const progress = expectSpending(
    rows,
    purchases.map(({ description }) => description),
  );
  await follow(context, endUserId, cursor, progress);
  print(
    '\nEverything has arrived: the new rows, the changed one, and the pending row that was replaced by its posted one.',
  );
};
