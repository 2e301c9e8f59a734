import { setTimeout as sleep } from 'node:timers/promises';
import type { WorldItem } from '../../driver/world.js';
import type { Hands } from '../stage.js';
import type { Scenario } from './scenario.js';

/** Of the hints, the one that is DEFAULT_UPDATE: an old webhook that a new Item may well get. */
const DEFAULT_UPDATE = 5 / 7 + 0.01;
/** Of the strange amounts, the one with 25 digits. */
const LONG_AMOUNT = 0.01;
const LOGIN_REQUIRED = 0;

async function spendAndSettle({ tell }: Hands, item: WorldItem): Promise<void> {
  await tell(item, 'spend', [0.9, 0.5, 0.7]);
  await tell(item, 'spend_posted', [0.4, 0, 0]);
  await tell(item, 'spend_strange', [LONG_AMOUNT, 0.1, 0.3]);
  await tell(item, 'post_with_tip', [0, 0.6, 0]);
  await tell(item, 'modify', [0, 0.3, 0.3]);
  await tell(item, 'remove', [0.9, 0.9, 0]);
  await tell(item, 'come_and_go', [0.2, 0, 0]);
}

async function breakLogins({ step, until, tell, sql }: Hands, lasting: WorldItem, passing: WorldItem) {
  const healthOf = async ({ itemId }: WorldItem): Promise<string | undefined> =>
    (await sql<{ health: string }>('select health from items where plaid_item_id = $1', [itemId]))[0]?.health;
  await Promise.all([lasting, passing].map((item) => step(item, 'break', [LOGIN_REQUIRED, 0, 0])));
  await until('logins broken', async () =>
    (await Promise.all([lasting, passing].map(healthOf))).every((health) => health === 'erroring'),
  );
  await step(passing, 'repair');
  await until('login repaired', async () => (await healthOf(passing)) === 'active');
  await tell(passing, 'spend_posted', [0.3, 0, 0]);
}

/** An ordinary day of two organisations: webhooks before a link, a long history, every kind of change, broken logins. */
export const day: Scenario = {
  async play(hands) {
    const { make, link, step, atRest, tell } = hands;
    const plain = await make();
    const long = await make({ integration: 1, transactions: 1_300 });
    const other = await make({ organization: 1 });
    const broken = await make({ organization: 1, transactions: 20 });
    const repaired = await make({ transactions: 20 });
    await step(plain, 'hint', [DEFAULT_UPDATE, 0, 0]);
    await step(other, 'hint', [DEFAULT_UPDATE, 0, 0]);
    // Both have been answered 200 by then, and belong to nobody yet.
    await sleep(500);
    await Promise.all(hands.items.map(link));
    await atRest(...hands.items);
    await Promise.all([
      spendAndSettle(hands, plain),
      tell(long, 'history', [0.6, 0, 0]),
      spendAndSettle(hands, other),
      breakLogins(hands, broken, repaired),
    ]);
  },
};
