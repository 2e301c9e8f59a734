import type { Item, UpdateStatus } from '../model/item.js';
import { webhookBodies } from '../webhooks/bodies.js';
import type { BankContext } from './context.js';
import { customPendingId, planHistory } from './history-plan.js';
import { breakItem } from './health.js';
import { scheduleLaterHistory } from './later-history.js';
import { postPendings } from './activity.js';

type Step = 'initial' | 'historical';

const BEFORE: Record<Step, UpdateStatus> = { initial: 'NOT_READY', historical: 'INITIAL_UPDATE_COMPLETE' };
const AFTER: Record<Step, UpdateStatus> = {
  initial: 'INITIAL_UPDATE_COMPLETE',
  historical: 'HISTORICAL_UPDATE_COMPLETE',
};

const complete = (context: BankContext, item: Item, step: Step): void => {
  const { store, clock, webhooks } = context;
  // A broken login stops the pull; the repair takes it up again.
  if (item.updateStatus !== BEFORE[step] || item.removedAt !== null || item.failure !== null) return;
  // The whole history was there already when a part of another one came.
  if (item.laterHistory != null) return;
  store.atomically(() => {
    const rows = planHistory(context, item, step);
    store.appendChanges(
      item,
      rows.map((snapshot) => ({ op: 'added', snapshot })),
    );
    item.updateStatus = AFTER[step];
    item.lastSuccessfulUpdate = clock.now();
    store.saveItem(item);
    webhooks.send(
      item,
      step === 'initial'
        ? webhookBodies.initialUpdate(item, rows.length)
        : webhookBodies.historicalUpdate(item, rows.length),
    );
    if (item.armed) webhooks.send(item, webhookBodies.syncUpdatesAvailable(item));
  });
};

/** Brings initial and historical transactions at once, as if the delays had passed. */
export const completePull = (context: BankContext, item: Item): void => {
  complete(context, item, 'initial');
  complete(context, item, 'historical');
};

const postOnItsDate = (context: BankContext, item: Item): void => {
  item.custom?.forEach(({ datePosted }, index) => {
    const id = customPendingId(context, item, index);
    if (item.updateStatus !== 'NOT_READY' && context.store.logOf(item).current(id) === null) return;
    context.clock.schedule(Date.parse(`${datePosted}T00:00:00Z`), () => {
      if (item.removedAt === null && context.store.logOf(item).current(id)?.pending)
        postPendings(context, item, { transactionIds: [id] });
    });
  });
};

/** Puts what is still to happen to an Item by itself on the clock: its pulls, its postings, the end of its login. */
export const scheduleItem = (context: BankContext, item: Item): void => {
  if (item.removedAt !== null) return;
  if (item.pull !== null) {
    context.clock.schedule(item.pull.initialAt, () => complete(context, item, 'initial'));
    context.clock.schedule(item.pull.historicalAt, () => complete(context, item, 'historical'));
    postOnItsDate(context, item);
  }
  scheduleLaterHistory(context, item);
  const { loginExpiresAt } = item;
  if (loginExpiresAt !== null)
    context.clock.schedule(loginExpiresAt, () => {
      if (item.removedAt === null && item.failure === null && item.loginExpiresAt === loginExpiresAt)
        breakItem(context, item, { code: 'ITEM_LOGIN_REQUIRED' });
    });
};

/** Starts fetching transactions for an Item that has no such pull yet. */
export const startPull = (context: BankContext, item: Item, daysRequested: number): void => {
  if (item.pull !== null) return;
  const now = context.clock.now();
  const { initialDelayMs, historicalDelayMs } = context.timing;
  item.pull = { daysRequested, initialAt: now + initialDelayMs, historicalAt: now + historicalDelayMs };
  if (!item.products.includes('transactions')) item.products.push('transactions');
  context.store.saveItem(item);
  scheduleItem(context, item);
};
