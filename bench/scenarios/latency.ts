import { setTimeout as sleep } from 'node:timers/promises';
import { createApiKeyQueries } from '../../src/db/queries/api-keys.js';
import { toPublicId } from '../../src/domain/ids.js';
import type { Scenario } from '../scenario.js';
import { startApi, startWorker } from '../stack/programs.js';
import { connectTemporal } from '../stack/temporal-client.js';
import { createTenant } from '../stack/tenant.js';
import { followFeed } from '../stack/feed-reader.js';
import { quantile } from '../statistics.js';

const TASK_QUEUE = 'bench-latency';

export const latency: Scenario = {
  name: 'latency',
  title: 'From a purchase at the bank to its row in the change feed',
  async run(bench) {
    const items = bench.quick ? 3 : 40;
    const purchases = bench.quick ? 10 : 300;
    const perSecond = 5;
    const simulator = await bench.simulator();
    const tenant = await createTenant(await bench.createDatabase(), simulator.url);
    const temporal = await connectTemporal(await bench.temporalAddress(), TASK_QUEUE);
    const options = { plaidUrl: simulator.url, taskQueue: TASK_QUEUE };
    const worker = await startWorker(bench, tenant, options);
    const api = await startApi(bench, tenant, options);
    const apiKey = await createApiKeyQueries(tenant.db).create(tenant.organizationId, 'bench');
    const webhook = `${api.url}/webhooks/plaid/${toPublicId('integration', tenant.integrationId)}`;
    const sender = temporal.sender(TASK_QUEUE);
    const linked: string[] = [];
    for (let index = 0; index < items; index++) {
      const item = await simulator.createItem({ transactions: 20, webhook });
      linked.push(item.itemId);
      await sender.look({ id: await tenant.link(item), organizationId: tenant.organizationId });
    }
    const feed = await followFeed(api.url, apiKey);
    await feed.quietFor(2_000);

    const tookMs: number[] = [];
    const underWay: Promise<void>[] = [];
    for (let count = 0; count < purchases; count++) {
      const started = performance.now();
      // The purchase, the webhook that it causes, intake, signal, sync and commit, up to the reader's long poll.
      underWay.push(
        simulator.spend(linked[count % items]!, { silent: false }).then(async (id) => {
          tookMs.push((await feed.seen(id)) - started);
        }),
      );
      // Exponential gaps: webhooks do not come in step.
      await sleep((-Math.log(1 - Math.random()) * 1_000) / perSecond);
    }
    await Promise.all(underWay);
    await feed.close();
    await api.stop();
    await worker.stop();
    await temporal.close();
    await tenant.close();

    const figure = (name: string, q: number) => ({
      name,
      unit: 'ms',
      value: quantile(tookMs, q),
      samples: [],
    });
    return {
      measurements: [figure('p50', 0.5), figure('p95', 0.95), figure('p99', 0.99)],
      aims: [],
      remarks: [
        `${purchases} purchases, ${perSecond} per second at random times over ${items} Items, QUICK_SYNC on`,
        'includes the simulator making the purchase and signing the webhook',
      ],
    };
  },
};
