import { randomUUID } from 'node:crypto';
import { createBareLoop } from '../floors/bare-loop.js';
import { createCopyFloor } from '../floors/copy.js';
import type { Scenario } from '../scenario.js';
import { createLooker } from '../stack/look.js';
import { createTenant } from '../stack/tenant.js';
import { median, medianRatio, rotated } from '../statistics.js';

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
};

export const firstSync: Scenario = {
  name: 'first-sync',
  title: 'First sync of an Item',
  async run(bench) {
    const transactions = bench.quick ? 2_000 : 20_000;
    const rounds = bench.quick ? 1 : 9;
    const simulator = await bench.simulator();
    const tenant = await createTenant(await bench.createDatabase(), simulator.url);
    const looker = createLooker(tenant);
    const bareLoop = await createBareLoop(tenant.databaseUrl, simulator.url);
    const copy = await createCopyFloor(tenant.db, await bench.postgresFolder());
    const rates = { look: [] as number[], bareLoop: [] as number[], copy: [] as number[] };

    const contenders = {
      async look() {
        const item = await tenant.link(await simulator.createItem({ transactions }));
        await tenant.db.raw('checkpoint');
        const took = await seconds(() => looker.sync(item));
        await copy.prepare(item);
        return took;
      },
      async bareLoop() {
        const { accessToken } = await simulator.createItem({ transactions });
        await tenant.db.raw('checkpoint');
        return seconds(() => bareLoop.sync({ itemId: randomUUID(), accessToken }));
      },
      async copy() {
        await tenant.db.raw('checkpoint');
        return seconds(() => copy.copy());
      },
    };
    // Caches, JIT of both processes, the first copy's file: all warm before anything counts.
    for (const run of Object.values(contenders)) await run();
    for (let round = 0; round < rounds; round++) {
      for (const name of rotated(['look', 'bareLoop', 'copy'] as const, round)) {
        if (name === 'copy') await tenant.db.raw('truncate bench_copy');
        rates[name].push(transactions / (await contenders[name]()));
      }
      bench.say(
        `  round ${round + 1}: look ${rates.look[round]!.toFixed(0)}, bare loop ${rates.bareLoop[round]!.toFixed(0)}, COPY ${rates.copy[round]!.toFixed(0)} rows/s`,
      );
    }
    looker.close();
    await bareLoop.close();
    await tenant.close();

    const figure = (name: string, samples: number[]) => ({
      name,
      unit: 'rows/s',
      value: median(samples),
      samples,
    });
    return {
      measurements: [
        figure('look', rates.look),
        figure('bare loop', rates.bareLoop),
        figure('raw COPY', rates.copy),
      ],
      aims: [
        { name: 'rows/s of the look', value: median(rates.look), atLeast: 15_000 },
        { name: 'look ÷ bare loop', value: medianRatio(rates.look, rates.bareLoop), atLeast: 0.8 },
      ],
      remarks: [`${transactions} transactions in pages of 500, ${rounds} interleaved rounds`],
    };
  },
};
