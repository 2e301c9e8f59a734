import { linkItem } from './driver/actions.js';
import type { WorldItem } from './driver/world.js';
import { checkAccounts } from './check/accounts.js';
import { countChecked, violate, type CheckContext } from './check/context.js';
import { checkAudits } from './check/audits.js';
import { checkEngine } from './check/engine.js';
import { checkFeeds } from './check/feed.js';
import { checkInbox } from './check/inbox.js';
import { checkLeaks } from './check/leaks.js';
import { checkMoney } from './check/money.js';
import { waitForQuiet } from './check/quiet.js';
import { checkRelinks } from './check/relinks.js';
import { checkLeftRows, checkOnce, checkRows, isFollowed } from './check/rows.js';
import { checkStatuses } from './check/statuses.js';
import { checkStore } from './check/store.js';
import { checkTenancy } from './check/tenancy.js';

/** A focused run has found what it looks for. */
const isOver = ({ options, violations }: CheckContext): boolean =>
  violations.some(({ invariant }) => options.focus?.until.includes(invariant) === true);

async function check(context: CheckContext, name: string, work: () => Promise<void>): Promise<void> {
  if (isOver(context)) return;
  const begun = performance.now();
  try {
    await work();
    context.journal.note('check', `${name}: ${Math.round(performance.now() - begun)} ms`);
  } catch (error) {
    violate(
      context,
      'engine',
      `the check of ${name} did not end: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}

/** Everything is up and behaves from now on: nothing may need help any more but what needs a person. */
async function makePeace({ simulator, stack, receiver, readers }: CheckContext): Promise<void> {
  await simulator.tryControl('DELETE', '/faults');
  await simulator.control('POST', '/webhooks/resume');
  await simulator.control('PUT', '/latency', { latency: 0 });
  receiver.behave();
  await stack.allReady();
  for (const reader of readers) reader.hurry();
}

/** Faults break and incidents happen behind the run's back: what the bank says of an Item now is the truth. */
async function learnTruth({ simulator, world }: CheckContext): Promise<void> {
  const bankItems = await simulator.items();
  for (const item of world.items) {
    const bank = bankItems.get(item.itemId);
    if (bank === undefined) throw new Error(`the simulator has lost ${item.subject}`);
    if (bank.removed_at !== null) item.bank = { kind: 'removed' };
    else if (bank.error?.code === 'USER_PERMISSION_REVOKED') item.bank = { kind: 'revoked' };
    else item.bank = bank.error === null ? { kind: 'healthy' } : { kind: 'broken', code: bank.error.code };
  }
}

/** Which Items rest because another shows their accounts: as the product says, the check of relinks has to agree. */
async function learnSuperseded({ sql, world }: CheckContext): Promise<void> {
  const rows = await sql<{ id: string }>(
    'select plaid_item_id as id from items where superseded_by is not null',
  );
  const ids = new Set(rows.map(({ id }) => id));
  for (const item of world.items) item.superseded = ids.has(item.itemId);
}

/** What the end users and the integrator would do: repair the logins, resume what is paused, ask for what came silently. */
async function heal(context: CheckContext): Promise<void> {
  const { simulator, world, journal } = context;
  for (const item of world.items) {
    if (item.bank.kind === 'broken') {
      await simulator.tryControl('POST', `/items/${item.itemId}/repair`, {});
      item.bank = { kind: 'healthy' };
    }
    const path = `/api/integrations/${item.integration.heronId}/links/${item.itemId}`;
    if (item.severed && item.linked && item.desired !== 'disabled' && !item.superseded)
      await linkItem(
        {
          ...context,
          faults: [],
          joined: () => undefined,
          onUnexpected: (_, what) => violate(context, 'engine', what),
        },
        item,
      );
    if (item.linked && item.desired === 'paused') {
      await item.tenant.call('POST', `${path}/resume`);
      item.desired = 'active';
    }
    if (isFollowed(item)) await item.tenant.call('POST', `${path}/refresh`);
  }
  journal.note('world', 'logins repaired, links resumed and refreshed');
}

/** What came silently, or was lost on its way, is known to the bank alone until somebody asks. */
const isKnown = (item: WorldItem): boolean => !item.silent && !item.disturbed;

/**
 * After the last input. First what must be right without help: Items whose webhooks told of everything. Then all of them, after
 * what a person would do about the others.
 */
export async function settle(context: CheckContext): Promise<{ quiet: number; checks: number }> {
  const begun = performance.now();
  await makePeace(context);
  await learnTruth(context);
  await waitForQuiet(context, 'after the inputs');
  await learnSuperseded(context);
  await check(context, 'rows that need no help', () => checkRows(context, isKnown));
  await check(context, 'statuses that need no help', () => checkStatuses(context, isKnown));
  if (!isOver(context)) {
    await heal(context);
    await waitForQuiet(context, 'after the healing');
    await learnSuperseded(context);
  }
  const quiet = performance.now() - begun;

  const checksBegun = performance.now();
  await check(context, 'rows', () => checkRows(context, () => true));
  await check(context, 'left rows', () => checkLeftRows(context));
  await check(context, 'rows that are there twice', () => checkOnce(context));
  await check(context, 'accounts', () => checkAccounts(context));
  await check(context, 'statuses', () =>
    checkStatuses(context, (item) => isFollowed(item) || item.bank.kind !== 'revoked'),
  );
  await check(context, 'money', () => checkMoney(context));
  await check(context, 'relinks', () => checkRelinks(context));
  await check(context, 'audits', () => checkAudits(context));
  await check(context, 'feeds', () => checkFeeds(context));
  await check(context, 'inbox', () => checkInbox(context));
  await check(context, 'store', () => checkStore(context));
  await check(context, 'tenancy', () => checkTenancy(context));
  await check(context, 'engine', () => checkEngine(context));
  await check(context, 'leaks', () => checkLeaks(context));
  countChecked(context, 'Items', context.world.items.length);
  return { quiet, checks: performance.now() - checksBegun };
}
