import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { findBrowser } from '../../scripts/find-browser.js';
import { createInstallation, type Installation } from './installation.js';

export const ADMIN = { email: 'ada@example.com', password: 'four herons at dawn' };

export interface Dashboard {
  installation: Installation;
  /** A browser of a person of their own: nothing is shared with the others. */
  person(options?: Parameters<Browser['newContext']>[0]): Promise<{ page: Page; context: BrowserContext }>;
  close(): Promise<void>;
}

/** API and worker with the built dashboard, and a browser to look at it. */
export async function createDashboard(): Promise<Dashboard> {
  const installation = await createInstallation({
    settings: { BOOTSTRAP_ADMIN_EMAIL: ADMIN.email, BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password },
  });
  await Promise.all([installation.startApi(), installation.startWorker()]);
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  return {
    installation,
    async person(options = {}) {
      const context = await browser.newContext({
        baseURL: installation.url,
        locale: 'en-US',
        reducedMotion: 'reduce',
        viewport: { width: 1280, height: 900 },
        ...options,
      });
      context.setDefaultTimeout(20_000);
      return { page: await context.newPage(), context };
    },
    async close() {
      await browser.close();
      await installation.close();
    },
  };
}

interface LogIn {
  email?: string;
  password?: string;
  /** Null: the page that is there asks. */
  path?: string | null;
  /** The heading that comes after. */
  landsOn?: string;
}

export async function logIn(
  page: Page,
  { email = ADMIN.email, password = ADMIN.password, path = '/login', landsOn = 'Overview' }: LogIn = {},
): Promise<void> {
  if (path !== null) await page.goto(path);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { level: 1, name: landsOn }).waitFor();
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface AxeViolation {
  id: string;
  nodes: { html: string }[];
}

/** What axe finds on the page as it is, one line each. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const violations = await page.evaluate<AxeViolation[]>(
    `axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) => violations)`,
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
