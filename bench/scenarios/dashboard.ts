import { statfsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { openBrowser } from '../dashboard/browser.js';
import { fill, type Filled } from '../dashboard/fill.js';
import { createForgetter } from '../dashboard/forget.js';
import { requestKinds } from '../dashboard/requests.js';
import { logIn } from '../dashboard/session.js';
import { timePages, type Timings } from '../dashboard/time-pages.js';
import { timeRequests, type TimedRequest } from '../dashboard/time-requests.js';
import { timeCsv, timeSteps } from '../dashboard/time-steps.js';
import { startBarePage, type BarePage } from '../floors/bare-page.js';
import type { Aim, Measurement, Scenario } from '../scenario.js';
import type { Bench } from '../stack/bench.js';
import { startApi } from '../stack/programs.js';
import { connectTemporal } from '../stack/temporal-client.js';
import { createTenant, type Tenant } from '../stack/tenant.js';
import { median, quantile } from '../statistics.js';

const TASK_QUEUE = 'bench-dashboard';
/** No request goes to Plaid. */
const NO_PLAID = 'http://127.0.0.1:9';

const PAGES = 1_000_000;
const STATISTICS = 10_000_000;
/** With its indexes and a month's inbox, and the log while it is written. */
const BYTES_PER_ROW = 2_600;

const REQUEST_LIMIT_MS = 300;
const PAGE_LIMIT_MS = 1_000;

interface Measured {
  filled: Filled;
  requests: TimedRequest[];
  pages: Timings;
  steps: Timings;
  browser: string;
  /** Of the machine, when this was measured. */
  load: number;
}

/** A day in the middle of what was filled. */
const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

export async function measure(
  bench: Bench,
  tenant: Tenant,
  dataFolder: string,
  bare: BarePage,
): Promise<Omit<Measured, 'filled'>> {
  const temporal = await connectTemporal(await bench.temporalAddress(), TASK_QUEUE);
  const api = await startApi(bench, tenant, { plaidUrl: NO_PLAID, taskQueue: TASK_QUEUE });
  const session = await logIn(tenant, api.url);
  const kinds = await requestKinds(tenant);
  const forgetter = await createForgetter(tenant.db, dataFolder);
  bench.say('  requests');
  const requests = await timeRequests(tenant, {
    apiUrl: api.url,
    session,
    kinds,
    rounds: bench.quick ? 3 : 40,
    coldRounds: bench.quick ? 1 : 2,
    forgetter,
  });
  const load = loadavg()[0]!;
  const { rows } = await tenant.db.raw<{ rows: [{ endUserId: string; accountId: string }] }>(
    `select e.end_user_id as "endUserId", a.account_id as "accountId"
       from accounts a join items i on i.id = a.item_id join end_users e on e.id = a.end_user_id
      where a.organization_id = ? and i.health = 'active' order by i.created_at offset 10 limit 1`,
    [tenant.organizationId],
  );
  bench.say('  pages');
  const browser = await openBrowser(session, api.url);
  try {
    const pages = await timePages(browser, bare.url, bench.quick ? 2 : 20);
    const known = { ...rows[0], from: daysAgo(180), to: daysAgo(150) };
    const steps = await timeSteps(browser, known, bench.quick ? 1 : 5);
    const csv = await timeCsv(browser, bench.quick ? 1 : 3);
    return { requests, pages: { ...pages, ...csv }, steps, browser: browser.version, load };
  } finally {
    await browser.close();
    await api.stop();
    await temporal.close();
  }
}

async function fillAndMeasure(bench: Bench, transactions: number, bare: BarePage): Promise<Measured> {
  const tenant = await createTenant(await bench.createDatabase(), NO_PLAID);
  try {
    const filled = await fill(tenant, transactions, (line) => bench.say(line));
    return { filled, ...(await measure(bench, tenant, await bench.postgresFolder(), bare)) };
  } finally {
    await tenant.close();
    await bench.dropDatabase(tenant.databaseUrl);
  }
}

const millions = (rows: number): string =>
  rows < 100_000 ? `${Math.round(rows / 1_000)} k` : `${(rows / 1_000_000).toPrecision(2)} M`;

const figure = (name: string, samples: number[], cold: readonly number[] = []): Measurement => ({
  name,
  unit: 'ms',
  value: quantile(samples, 0.95),
  samples,
  parts: {
    p50: median(samples),
    max: Math.max(...samples),
    ...(cold.length === 0 ? {} : { cold: median(cold) }),
  },
});

const slowest = (timings: Timings): number =>
  Math.max(...Object.values(timings).map((samples) => quantile(samples, 0.95)));

export function present({ filled, requests, pages, steps }: Measured): {
  measurements: Measurement[];
  aims: Aim[];
} {
  const at = `at ${millions(filled.transactions)}`;
  const asked = requests.filter(({ name }) => !name.startsWith('floor'));
  const worst = (chosen: readonly TimedRequest[]): number =>
    Math.max(...chosen.map(({ warm }) => quantile(warm, 0.95)));
  const overview = asked.filter(({ name }) => /^(overview|items: summary)/.test(name));
  const interactive = (visit: string): Aim => ({
    name: `page ${at}, ${visit}: p95 (ms)`,
    value: quantile(pages[`transactions, ${visit}: a click on a row is answered`]!, 0.95),
    below: PAGE_LIMIT_MS,
  });
  return {
    measurements: [
      ...requests.map(({ name, warm, cold }) => figure(`${at}, ${name}`, warm, cold)),
      ...Object.entries(pages).map(([name, samples]) => figure(`${at}, page: ${name}`, samples)),
      ...Object.entries(steps).map(([name, samples]) => figure(`${at}, page step: ${name}`, samples)),
    ],
    aims: [
      interactive('first visit'),
      interactive('again'),
      { name: `slowest step on the page ${at}: p95 (ms)`, value: slowest(steps), below: PAGE_LIMIT_MS },
      { name: `overview ${at}: p95 (ms)`, value: worst(overview), below: REQUEST_LIMIT_MS },
      { name: `slowest request ${at}: p95 (ms)`, value: worst(asked), below: REQUEST_LIMIT_MS },
    ],
  };
}

const sizesOf = (bench: Bench, folder: string): { sizes: number[]; left: string[] } => {
  if (bench.quick) return { sizes: [20_000, 40_000], left: [] };
  const { bavail, bsize } = statfsSync(folder);
  const sizes = [PAGES, STATISTICS].filter((rows) => rows * BYTES_PER_ROW < bavail * bsize);
  const left = [PAGES, STATISTICS].filter((rows) => !sizes.includes(rows));
  return { sizes, left: left.map((rows) => `left out for want of disk: ${millions(rows)} transactions`) };
};

export const dashboard: Scenario = {
  name: 'dashboard',
  title: 'The dashboard: pages at a million transactions, statistics at ten millions',
  async run(bench) {
    const bare = await startBarePage();
    const { sizes, left } = sizesOf(bench, await bench.postgresFolder());
    const all: Measured[] = [];
    try {
      for (const rows of sizes) all.push(await fillAndMeasure(bench, rows, bare));
    } finally {
      await bare.close();
    }
    const presented = all.map(present);
    return {
      measurements: presented.flatMap(({ measurements }) => measurements),
      aims: presented.flatMap(({ aims }) => aims),
      remarks: [
        'the figure of a line is the p95; cold: neither PostgreSQL nor the operating system has a page of the database in memory',
        ...left,
        ...all.map(
          ({ filled, browser, load }) =>
            `${millions(filled.transactions)} transactions (others: ${millions(filled.others)}), ${filled.items} Items of ${filled.endUsers} end users, ${filled.webhooks} webhooks, ${filled.runs} syncs: ${filled.gigabytes.toFixed(1)} GB; Chromium ${browser}; load ${load.toFixed(1)}`,
        ),
      ],
    };
  },
};
