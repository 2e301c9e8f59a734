import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from '../journal.js';
import type { Tenant } from '../stack/tenants.js';
import { isOfTheBank, linkItem, perform, type ActionDeps } from './actions.js';
import type { ItemPlan, Step } from './plan.js';
import type { SimulatedItem, Simulator } from './simulator.js';
import type { FaultKind } from './faults.js';
import type { UnusedFaults } from './unused-faults.js';
import { isGone, newWorldItem, type WorldItem } from './world.js';

export interface DriverDeps extends ActionDeps {
  simulator: Simulator;
  journal: Journal;
  tenants: readonly Tenant[];
  /** When the inputs begin, by `performance.now()`. */
  begunAt: number;
  unused: UnusedFaults;
}

const LINGERS = 0.12;

/** Makes the Item that a plan describes at the bank; nobody has linked it yet. */
export const createItem = async (
  { simulator, tenants }: Pick<DriverDeps, 'simulator' | 'tenants'>,
  plan: Omit<ItemPlan, 'createAtMs' | 'linkAfterMs' | 'steps'>,
): Promise<WorldItem> => {
  const tenant = tenants[plan.organization];
  const integration = tenant?.integrations[plan.integration];
  if (tenant === undefined || integration === undefined)
    throw new Error('the plan names a tenant that is not there');
  const { item } = await simulator.control<{ item: SimulatedItem }>('POST', '/items', {
    client_id: integration.client.clientId,
    institution_id: plan.institution,
    username: plan.username,
    webhook: integration.webhookUrl,
    days_requested: 365,
    ready: plan.ready,
    // Exact money (I9) shows in decimals that cents do not have.
    long_amounts: true,
    ...(plan.transactions === null ? {} : { transactions: plan.transactions }),
  });
  const { index, endUser: endUserId } = plan;
  return newWorldItem({ index, subject: `item ${index}`, tenant, integration, endUserId }, item);
};

/** Of Items that are the same accounts most steps are the latest one's; some still happen to one before it. */
function livesOnAs(item: WorldItem, step: Step): WorldItem {
  const { linkedAnewAs } = item;
  if (linkedAnewAs === null) return item;
  const lingers = isOfTheBank(step.kind) && step.draws[2] < LINGERS && !isGone(item);
  return lingers ? item : livesOnAs(linkedAnewAs, step);
}

/** Its next update comes to an end, so that a fault of it finds something to act on. */
const isInOrder = ({ linked, desired, bank, linkedAnewAs, severed }: WorldItem): boolean =>
  linked && desired === 'active' && bank.kind === 'healthy' && linkedAnewAs === null && !severed;

/** The fault, and an update of many pages for it to act on. */
async function useFault(deps: DriverDeps, item: WorldItem, fault: FaultKind, step: Step): Promise<void> {
  const [, b, c] = step.draws;
  const which = (deps.faults.indexOf(fault) + 0.5) / deps.faults.length;
  await perform(deps, item, { ...step, kind: 'fault', draws: [which, b, c], silent: false });
  await perform(deps, item, { ...step, kind: 'history', silent: false });
}

/**
 * Creates the Items one after the other, so that the seed decides their ids, and lives their lives side by side: the steps
 * of one Item in their order, each begun when its time has come and the one before is decided. Answers once all are lived.
 */
export async function drive(deps: DriverDeps, plans: readonly ItemPlan[]): Promise<WorldItem[]> {
  const { begunAt, journal } = deps;
  const until = async (atMs: number): Promise<void> => {
    const waitMs = begunAt + atMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
  };
  const items: WorldItem[] = [];
  const lives: Promise<void>[] = [];

  const live = async (item: WorldItem, plan: ItemPlan): Promise<void> => {
    await until(plan.createAtMs + plan.linkAfterMs);
    await linkItem(deps, item);
    journal.note(item.subject, `linked for ${item.endUserId} of ${item.tenant.name}: ${item.itemId}`);
    for (const step of plan.steps) {
      await until(step.atMs);
      const living = livesOnAs(item, step);
      await perform(deps, living, step);
      const unused = isInOrder(living) ? await deps.unused.take() : undefined;
      if (unused !== undefined) await useFault(deps, living, unused, step);
    }
  };

  for (const plan of [...plans].sort((a, b) => a.createAtMs - b.createAtMs || a.index - b.index)) {
    await until(plan.createAtMs);
    const item = await createItem(deps, plan);
    items.push(item);
    lives.push(live(item, plan));
  }
  await Promise.all(lives);
  return items;
}
