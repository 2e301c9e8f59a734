import { randomUUID } from 'node:crypto';
import { freePort } from '../../local/port.js';
import { toPublicId } from '../../src/domain/ids.js';
import { startKeyServer, type KeyServer } from '../floors/key-server.js';
import type { Scenario } from '../scenario.js';
import type { Bench } from '../stack/bench.js';
import { postRequest, sendAll, type Load } from '../stack/http-load.js';
import { startApi } from '../stack/programs.js';
import { connectTemporal } from '../stack/temporal-client.js';
import { createTenant } from '../stack/tenant.js';
import { median, medianRatio, quantile, rotated } from '../statistics.js';

const TASK_QUEUE = 'bench-intake';
const CONNECTIONS = 32;

async function startFloor(bench: Bench, databaseUrl: string, keys: KeyServer): Promise<number> {
  const port = await freePort();
  await bench.startChild({
    name: 'intake-floor',
    file: 'dist/bench/floors/intake-server.js',
    env: { BENCH_PORT: String(port), BENCH_DATABASE_URL: databaseUrl, BENCH_KEY_SERVER_URL: keys.url },
    healthUrl: `http://127.0.0.1:${port}`,
  });
  return port;
}

/** Plaid's most frequent webhook, for one Item after the other, each delivery with a signature of its own. */
async function signedRequests(
  path: string,
  plaidItemIds: readonly string[],
  count: number,
  keys: KeyServer,
): Promise<Buffer[]> {
  const requests: Buffer[] = [];
  for (let index = 0; index < count; index++) {
    const body = JSON.stringify({
      environment: 'sandbox',
      historical_update_complete: true,
      initial_update_complete: true,
      item_id: plaidItemIds[index % plaidItemIds.length],
      webhook_code: 'SYNC_UPDATES_AVAILABLE',
      webhook_type: 'TRANSACTIONS',
      // Equal bodies of one second would have equal claims, and count as one delivery.
      bench_delivery: randomUUID(),
    });
    requests.push(postRequest(path, { 'plaid-verification': await keys.sign(body) }, body));
  }
  return requests;
}

export const webhookIntake: Scenario = {
  name: 'webhook-intake',
  title: 'Webhooks taken in per second',
  async run(bench) {
    const items = bench.quick ? 5 : 100;
    const requests = bench.quick ? 300 : 4_000;
    const rounds = bench.quick ? 1 : 7;
    const keys = await startKeyServer();
    const tenant = await createTenant(await bench.createDatabase(), keys.url);
    const temporal = await connectTemporal(await bench.temporalAddress(), TASK_QUEUE);
    await tenant.db.raw(
      'create table bench_webhooks (id bigint generated always as identity primary key, body bytea not null, headers jsonb not null, received_at timestamptz not null default now())',
    );
    const plaidItemIds = Array.from({ length: items }, () => randomUUID());
    for (const itemId of plaidItemIds) await tenant.link({ itemId, accessToken: `access-${itemId}` });
    const floorPort = await startFloor(bench, tenant.databaseUrl, keys);
    const api = await startApi(bench, tenant, { plaidUrl: keys.url, taskQueue: TASK_QUEUE });
    const apiPort = Number(new URL(api.url).port);
    const path = `/webhooks/plaid/${toPublicId('integration', tenant.integrationId)}`;

    const send = async (port: number, count: number): Promise<Load> =>
      sendAll(port, await signedRequests(path, plaidItemIds, count, keys), CONNECTIONS);
    const contenders = { ardea: apiPort, floor: floorPort } as const;
    const rates = { ardea: [] as number[], floor: [] as number[] };
    const tookMs = { ardea: [] as number[], floor: [] as number[] };
    for (const port of Object.values(contenders)) await send(port, Math.ceil(requests / 2));
    for (let round = 0; round < rounds; round++) {
      for (const name of rotated(['ardea', 'floor'] as const, round)) {
        await tenant.db.raw('checkpoint');
        const load = await send(contenders[name], requests);
        rates[name].push(load.perSecond);
        tookMs[name].push(...load.tookMs);
      }
      bench.say(
        `  round ${round + 1}: Ardea ${rates.ardea[round]!.toFixed(0)}, floor ${rates.floor[round]!.toFixed(0)} requests/s`,
      );
    }
    const { rows } = await tenant.db.raw<{ rows: [{ stored: string }] }>(
      `select count(*) as stored from plaid_webhooks where verdict = 'verified'`,
    );
    const sent = rounds * requests + Math.ceil(requests / 2);
    if (Number(rows[0].stored) !== sent) throw new Error(`${rows[0].stored} webhooks stored of ${sent}`);
    await api.stop();
    await temporal.close();
    await tenant.close();
    await keys.close();

    const figure = (name: string, unit: string, samples: number[], value = median(samples)) => ({
      name,
      unit,
      value,
      samples: unit === 'ms' ? [] : samples,
    });
    return {
      measurements: [
        figure('Ardea', 'per s', rates.ardea),
        figure('Koa, ES256, one insert', 'per s', rates.floor),
        figure('Ardea p50', 'ms', tookMs.ardea),
        figure('Ardea p99', 'ms', tookMs.ardea, quantile(tookMs.ardea, 0.99)),
        figure('floor p99', 'ms', tookMs.floor, quantile(tookMs.floor, 0.99)),
      ],
      aims: [{ name: 'Ardea ÷ floor', value: medianRatio(rates.ardea, rates.floor), atLeast: 0.7 }],
      remarks: [
        `${requests} webhooks for ${items} Items over ${CONNECTIONS} connections, ${rounds} interleaved rounds`,
        'Temporal takes the signals, no worker runs: a signal that is outstanding is not sent again within 15 s',
      ],
    };
  },
};
