import { startEmptyRuns } from '../floors/empty-runs.js';
import type { Scenario } from '../scenario.js';
import type { Bench } from '../stack/bench.js';
import { startWorker } from '../stack/programs.js';
import { watchSyncedItems } from '../stack/synced-items.js';
import { connectTemporal } from '../stack/temporal-client.js';
import { createTenant, type Tenant } from '../stack/tenant.js';
import { median, medianRatio, quantile, rotated } from '../statistics.js';

const CONTENDERS = ['empty regular', 'empty local', 'quick on', 'quick off'] as const;
type Contender = (typeof CONTENDERS)[number];

interface Linked {
  rowId: string;
  itemId: string;
}

/**
 * Runs `work` over all slots, one at a time in each, for the time given; answers ends per second and each run's duration.
 * The first quarter fills the pipeline and does not count, nor does the wait for the last ones.
 */
async function hammer(
  slots: number,
  forMs: number,
  work: (slot: number) => Promise<void>,
): Promise<{ perSecond: number; tookMs: number[] }> {
  const tookMs: number[] = [];
  let counted = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: slots }, async (_, slot) => {
      while (performance.now() - started < forMs) {
        const at = performance.now();
        await work(slot);
        const now = performance.now();
        tookMs.push(now - at);
        if (now - started >= forMs / 4 && now - started < forMs) counted += 1;
      }
    }),
  );
  return { perSecond: (counted / (forMs * 0.75)) * 1_000, tookMs };
}

async function linkItems(bench: Bench, tenant: Tenant, count: number): Promise<Linked[]> {
  const simulator = await bench.simulator();
  const items: Linked[] = [];
  for (let index = 0; index < count; index++) {
    const item = await simulator.createItem({ transactions: 20 });
    items.push({ itemId: item.itemId, rowId: await tenant.link(item) });
  }
  return items;
}

export const syncRate: Scenario = {
  name: 'sync-rate',
  title: 'Syncs per second, and what local activities are worth',
  async run(bench) {
    const inFlight = bench.quick ? 4 : 40;
    const forMs = bench.quick ? 1_500 : 10_000;
    const rounds = bench.quick ? 1 : 4;
    const simulator = await bench.simulator();
    const tenant = await createTenant(await bench.createDatabase(), simulator.url);
    const temporal = await connectTemporal(await bench.temporalAddress(), 'bench-on');
    const synced = await watchSyncedItems(tenant.databaseUrl);
    const empty = await startEmptyRuns(bench, temporal.client);

    const ardea = async (taskQueue: string, quickSync: boolean) => {
      const worker = await startWorker(bench, tenant, { plaidUrl: simulator.url, taskQueue, quickSync });
      const items = await linkItems(bench, tenant, inFlight);
      const sender = temporal.sender(taskQueue);
      const sync = async ({ rowId }: Linked): Promise<void> => {
        const { rows } = await tenant.db.raw<{ rows: [{ gen: string }] }>(
          `select gen from mark_item_dirty(?, '15 seconds')`,
          [rowId],
        );
        const done = synced.reached(rowId, BigInt(rows[0].gen));
        await sender.look({ id: rowId, organizationId: tenant.organizationId });
        await done;
      };
      return { worker, items, sync };
    };
    const on = await ardea('bench-on', true);
    const off = await ardea('bench-off', false);
    for (const { items, sync } of [on, off]) await Promise.all(items.map(sync));

    const spendAndSync = async (variant: typeof on, slot: number): Promise<void> => {
      const item = variant.items[slot]!;
      await simulator.spend(item.itemId, { silent: true });
      await variant.sync(item);
    };
    const work: Record<Contender, (slot: number) => Promise<void>> = {
      'empty regular': (slot) => empty.run(String(slot), false),
      'empty local': (slot) => empty.run(String(slot), true),
      'quick on': (slot) => spendAndSync(on, slot),
      'quick off': (slot) => spendAndSync(off, slot),
    };
    const rates = new Map<Contender, number[]>(CONTENDERS.map((name) => [name, []]));
    const alone = new Map<Contender, number[]>(CONTENDERS.map((name) => [name, []]));
    for (const name of CONTENDERS) await hammer(inFlight, forMs / 4, work[name]);
    for (let round = 0; round < rounds; round++) {
      for (const name of rotated(CONTENDERS, round)) {
        rates.get(name)!.push((await hammer(inFlight, forMs, work[name])).perSecond);
        const single = await hammer(1, forMs / 4, work[name]);
        alone.get(name)!.push(median(single.tookMs));
      }
      bench.say(
        `  round ${round + 1}: ${CONTENDERS.map((name) => `${name} ${rates.get(name)![round]!.toFixed(1)}`).join(', ')} per second`,
      );
    }
    await on.worker.stop();
    await off.worker.stop();
    await synced.close();
    empty.close();
    await temporal.close();
    await tenant.close();

    const floor = rates.get('empty regular')!;
    const ratio = (name: Contender, to: readonly number[] = floor): number =>
      medianRatio(rates.get(name)!, to);
    return {
      measurements: CONTENDERS.flatMap((name) => [
        {
          name: `${name}, ${inFlight} in flight`,
          unit: 'per s',
          value: median(rates.get(name)!),
          samples: rates.get(name)!,
        },
        {
          name: `${name}, one alone`,
          unit: 'ms',
          value: quantile(alone.get(name)!, 0.5),
          samples: alone.get(name)!,
        },
      ]).concat([
        {
          name: 'quick off ÷ empty regular activity',
          unit: '',
          value: ratio('quick off'),
          samples: [],
        },
        {
          name: 'quick on ÷ quick off',
          unit: '',
          value: ratio('quick on', rates.get('quick off')),
          samples: [],
        },
        {
          name: 'quick on ÷ empty local',
          unit: '',
          value: ratio('quick on', rates.get('empty local')),
          samples: [],
        },
      ]),
      aims: [{ name: 'syncs/s ÷ empty regular activities/s', value: ratio('quick on'), atLeast: 0.8 }],
      remarks: [
        `${inFlight} Items, each signalled again when its sync is done; every sync stores one new transaction`,
        `${rounds} interleaved rounds of ${forMs / 1_000} s`,
      ],
    };
  },
};
