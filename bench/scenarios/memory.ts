import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Scenario } from '../scenario.js';
import { startWorker } from '../stack/programs.js';
import { watchSyncedItems } from '../stack/synced-items.js';
import { connectTemporal } from '../stack/temporal-client.js';
import { createTenant } from '../stack/tenant.js';

const TASK_QUEUE = 'bench-memory';
const SAMPLE_MS = 25;

/** Resident memory of a process in MB, by /proc where there is one. */
const residentMb = (pid: number): number => {
  const status = `/proc/${pid}/status`;
  const kb = existsSync(status)
    ? /VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kb) / 1_024;
};

export const memory: Scenario = {
  name: 'memory',
  title: "The worker's memory during a large first sync",
  async run(bench) {
    const transactions = bench.quick ? 5_000 : 100_000;
    const simulator = await bench.simulator();
    const tenant = await createTenant(await bench.createDatabase(), simulator.url);
    const temporal = await connectTemporal(await bench.temporalAddress(), TASK_QUEUE);
    const worker = await startWorker(bench, tenant, { plaidUrl: simulator.url, taskQueue: TASK_QUEUE });
    const synced = await watchSyncedItems(tenant.databaseUrl);
    const sync = async (count: number): Promise<void> => {
      const rowId = await tenant.link(await simulator.createItem({ transactions: count }));
      const done = synced.reached(rowId, 1n);
      await temporal.sender(TASK_QUEUE).look({ id: rowId, organizationId: tenant.organizationId });
      await done;
    };
    // Loads and compiles what a sync needs, so that only the Item's size counts afterwards.
    await sync(1_500);
    await sync(1_500);
    const before = residentMb(worker.pid);
    let peak = before;
    const timer = setInterval(() => (peak = Math.max(peak, residentMb(worker.pid))), SAMPLE_MS);
    const started = performance.now();
    await sync(transactions);
    const seconds = (performance.now() - started) / 1_000;
    clearInterval(timer);
    const after = residentMb(worker.pid);
    await worker.stop();
    await synced.close();
    await temporal.close();
    await tenant.close();
    const figure = (name: string, unit: string, value: number) => ({ name, unit, value, samples: [] });
    return {
      measurements: [
        figure('before', 'MB', before),
        figure('peak', 'MB', peak),
        figure('after', 'MB', after),
        figure('rows/s, Temporal and history included', 'rows/s', transactions / seconds),
      ],
      aims: [{ name: 'growth of the worker, peak − before (MB)', value: peak - before, below: 150 }],
      remarks: [`one Item with ${transactions} transactions, synced by a worker process through Temporal`],
    };
  },
};
