import type { Page } from 'playwright-core';
import type { BenchBrowser } from './browser.js';
import type { Timings } from './time-pages.js';

interface Known {
  /** As it is found in the end users' list. */
  endUserId: string;
  accountId: string;
  from: string;
  to: string;
}

/** Something that is done on the Transactions page, and a part of the request that it makes. */
interface Step {
  name: string;
  /** Below /transactions. */
  path?: string;
  prepare?: (page: Page) => Promise<unknown>;
  act: (page: Page) => Promise<unknown>;
  request: string | RegExp;
}

const more = (page: Page): Promise<void> => page.getByRole('button', { name: /^More filters/ }).click();
const enter = async (page: Page, label: string, value: string): Promise<void> => {
  await page.getByLabel(label).fill(value);
  await page.keyboard.press('Enter');
};
const open = (page: Page, label: string): Promise<void> =>
  page.getByRole('combobox', { name: label }).click();
const choose = (page: Page, name: string): Promise<void> =>
  page.getByRole('option', { name, exact: true }).click();

const stepsOf = ({ endUserId, accountId, from, to }: Known): Step[] => [
  {
    name: 'next page',
    act: (page) => page.getByRole('button', { name: 'Next' }).click(),
    request: 'after=',
  },
  {
    name: 'previous page',
    prepare: async (page) => {
      await page.getByRole('button', { name: 'Next' }).click();
      await page.waitForURL(/after=/);
      await settled(page);
    },
    act: (page) => page.getByRole('button', { name: 'Previous' }).click(),
    request: 'before=',
  },
  {
    name: 'oldest first',
    act: (page) => page.getByRole('columnheader').getByRole('button', { name: 'Date' }).click(),
    request: 'sort=date',
  },
  {
    name: 'end user',
    prepare: async (page) => {
      await open(page, 'End user');
      await page.keyboard.type(endUserId);
      await page.getByRole('option', { name: new RegExp(`${endUserId}$`) }).waitFor();
    },
    act: (page) => page.getByRole('option', { name: new RegExp(`${endUserId}$`) }).click(),
    request: 'end_user_id=',
  },
  {
    name: 'largest amount of an end user first',
    path: `?end_user=${endUserId}`,
    act: (page) => page.getByRole('columnheader').getByRole('button', { name: 'Amount' }).click(),
    request: 'sort=-amount',
  },
  {
    name: 'smallest amount of an end user first',
    path: `?end_user=${endUserId}&sort=-amount`,
    act: (page) => page.getByRole('columnheader').getByRole('button', { name: 'Amount' }).click(),
    request: /sort=amount/,
  },
  {
    name: 'account',
    prepare: more,
    act: (page) => enter(page, 'Account ID', accountId),
    request: 'account_id=',
  },
  {
    name: 'from a day on',
    act: (page) => page.getByLabel('From', { exact: true }).fill(from),
    request: 'date_from=',
  },
  {
    name: 'range of dates',
    path: `?from=${from}`,
    act: (page) => page.getByLabel('To', { exact: true }).fill(to),
    request: 'date_to=',
  },
  { name: 'amount', prepare: more, act: (page) => enter(page, 'Amount from', '900'), request: 'amount_min=' },
  {
    name: 'text (a quarter of a second after the last key)',
    act: (page) => page.getByLabel('Search description or merchant').fill('coffee'),
    request: 'text=',
  },
  {
    name: 'text that no row has (the same)',
    act: (page) => page.getByLabel('Search description or merchant').fill('nowhere to be found'),
    request: 'text=',
  },
  {
    name: 'category',
    prepare: more,
    act: (page) => enter(page, 'Category', 'FOOD_AND_DRINK'),
    request: 'category=',
  },
  {
    name: 'pending',
    prepare: (page) => open(page, 'Pending or posted'),
    act: (page) => choose(page, 'Pending'),
    request: 'pending=true',
  },
  {
    name: 'only removed',
    prepare: async (page) => {
      await more(page);
      await open(page, 'Removed by the bank');
    },
    act: (page) => choose(page, 'Only removed'),
    request: 'removed=only',
  },
];

const QUIET_MS = 200;

/** Nothing has changed on the page for a while. */
const settled = (page: Page): Promise<unknown> =>
  page.evaluate(`(async () => {
    const isMoving = () => performance.now() - window.ardeaBench.changed < ${QUIET_MS};
    const isLoading = () => document.querySelector('main [aria-label=Loading]') !== null;
    while (isMoving() || isLoading()) await new Promise((resolve) => setTimeout(resolve, 20));
  })()`);

/** From the input to the frame that shows what the last answer to it has changed. */
async function timeStep(page: Page, { prepare, act, request }: Step): Promise<number> {
  await prepare?.(page);
  await settled(page);
  const pattern = typeof request === 'string' ? request : request.source;
  const arrived = page.waitForResponse(
    (response) =>
      response.url().includes('/api/transactions/search?') && new RegExp(pattern).test(response.url()),
  );
  await act(page);
  const answer = await arrived;
  if (!answer.ok()) throw new Error(`${answer.url()} answered ${answer.status()}`);
  await answer.finished();
  const { at, finished } = await page.evaluate<{ at: number; finished: number }>(`(async () => {
    const seen = window.ardeaBench;
    // The first of its kind: what is read again later, because something was told of, may change nothing.
    const asked = performance.getEntriesByName(${JSON.stringify(answer.url())}).find(({ startTime }) => startTime >= seen.input);
    const last = () => asked?.responseEnd ?? 0;
    const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const began = performance.now();
    // What was asked for is on the screen once the page has changed after the answer, and changes no more.
    while ((seen.changed < last() || seen.painted < seen.changed || performance.now() - seen.changed < ${QUIET_MS}) && performance.now() - began < 5000) await rest(20);
    return { at: seen.painted - seen.input, finished: last() - seen.input };
  })()`);
  if (at < finished) throw new Error(`nothing has changed on the page after ${answer.url()}`);
  return at;
}

/** Every filter and order of the Transactions page, and the pages both ways. */
export async function timeSteps(browser: BenchBrowser, known: Known, rounds: number): Promise<Timings> {
  const timings: Timings = {};
  const { context, visit } = await browser.newVisitor();
  try {
    for (let round = 0; round < rounds; round++) {
      for (const step of stepsOf(known)) {
        const { page, until } = await visit(`/transactions${step.path ?? ''}`);
        await until('row');
        await settled(page);
        const took = await timeStep(page, step).catch((error: unknown) => {
          throw new Error(`step “${step.name}”: ${error instanceof Error ? error.message : String(error)}`);
        });
        (timings[step.name] ??= []).push(took);
      }
    }
  } finally {
    await context.close();
  }
  return timings;
}

/** From the click until the file, of as many rows as the API gives at most, is whole and handed to the reader. */
export async function timeCsv(browser: BenchBrowser, rounds: number): Promise<Timings> {
  const samples: number[] = [];
  const { context, visit } = await browser.newVisitor();
  try {
    for (let round = 0; round < rounds; round++) {
      const { page, until } = await visit('/transactions');
      await until('row');
      await settled(page);
      const began = performance.now();
      const downloading = page.waitForEvent('download');
      await page.getByRole('button', { name: 'CSV' }).click();
      const download = await downloading;
      samples.push(performance.now() - began);
      await download.cancel();
    }
  } finally {
    await context.close();
  }
  return { 'transactions, CSV of up to 100,000 rows, whole': samples };
}
