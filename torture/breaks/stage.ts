import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../focus.js';
import { linkItem, perform } from '../driver/actions.js';
import { createItem } from '../driver/driver.js';
import type { StepKind } from '../driver/plan.js';
import type { WorldItem } from '../driver/world.js';

export interface NewItem {
  /** Which of the run's organisations; the first has two integrations. */
  organization?: number;
  integration?: number;
  transactions?: number;
}

/** A scenario's hands. What a broken product never gets to is waited for in vain, noted, and gone on from. */
export interface Hands extends Stage {
  items: WorldItem[];
  /** Makes an Item whose history is there at once; it is not linked. */
  make: (given?: NewItem) => Promise<WorldItem>;
  link: (item: WorldItem) => Promise<void>;
  /** A step as the drawn runs take it; `draws` decide what it leaves open. */
  step: (item: WorldItem, kind: StepKind, draws?: [number, number, number]) => Promise<void>;
  /** The same, and waits until a look has consumed what it told. */
  tell: (item: WorldItem, kind: StepKind, draws?: [number, number, number]) => Promise<void>;
  until: (what: string, condition: () => Promise<boolean>) => Promise<void>;
  /** Until the Items have been synced and nothing is dirty. */
  atRest: (...items: WorldItem[]) => Promise<void>;
  generations: (item: WorldItem) => Promise<Generations>;
}

export interface Generations {
  dirty: number;
  claimed: number;
  synced: number;
}

const PATIENCE_MS = 15_000;
const AGAIN_MS = 60;

const NONE: Generations = { dirty: 0, claimed: 0, synced: 0 };

export function createHands(stage: Stage): Hands {
  const { sql, journal, tenants } = stage;
  const items: WorldItem[] = [];

  const until: Hands['until'] = async (what, condition) => {
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await condition().catch(() => false))) {
      if (performance.now() > deadline) return journal.note('scenario', `waited in vain: ${what}`);
      await sleep(AGAIN_MS);
    }
  };
  const generations: Hands['generations'] = async ({ itemId }) => {
    const [row] = await sql<{ [key in keyof Generations]: string }>(
      `select s.dirty_gen as dirty, s.claimed_gen as claimed, s.synced_gen as synced
         from item_sync s join items i on i.id = s.item_id where i.plaid_item_id = $1`,
      [itemId],
    );
    return row === undefined
      ? NONE
      : { dirty: Number(row.dirty), claimed: Number(row.claimed), synced: Number(row.synced) };
  };
  const step: Hands['step'] = (item, kind, draws = [0, 0, 0]) =>
    perform(stage, item, { atMs: 0, kind, draws, silent: false });

  return {
    ...stage,
    items,
    until,
    generations,
    step,
    async make({ organization = 0, integration = 0, transactions = 40 } = {}) {
      const index = items.length;
      const item = await createItem(
        { ...stage, tenants },
        {
          index,
          organization,
          integration,
          endUser: `user-${organization}-${index}`,
          username: 'user_transactions_dynamic',
          institution: 'ins_109508',
          transactions,
          ready: true,
        },
      );
      items.push(item);
      return item;
    },
    link: (item) => linkItem(stage, item),
    async tell(item, kind, draws) {
      const before = await generations(item);
      await step(item, kind, draws);
      await until(`${item.subject} looked at after ${kind}`, async () => {
        const now = await generations(item);
        return now.synced > before.synced && now.synced >= now.dirty;
      });
    },
    async atRest(...waited) {
      for (const item of waited)
        await until(`${item.subject} at rest`, async () => {
          const { dirty, synced } = await generations(item);
          return synced > 0 && synced >= dirty;
        });
    },
  };
}
