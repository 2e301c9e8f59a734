import type { Page } from 'playwright-core';
import type { Dashboard } from './dashboard.js';

export const INVITED_PASSWORD = 'grey herons stand still';

/** The admin's page invites somebody; answers the link that is shown once. */
export async function invite(
  admin: Page,
  { email, role }: { email: string; role: 'Admin' | 'Member' | 'Read-only' },
): Promise<string> {
  await admin.goto('/settings/users');
  await admin.getByRole('button', { name: 'Invite', exact: true }).click();
  const form = admin.getByRole('dialog', { name: 'Invite a user' });
  await form.getByLabel('E-mail').fill(email);
  await form.getByRole('radio', { name: role }).check();
  await form.getByRole('button', { name: 'Create invite link' }).click();
  const shown = admin.getByRole('dialog', { name: 'Invite link' });
  const link = await shown.getByText(/\/invite#token=/).innerText();
  await shown.getByRole('button', { name: 'I have copied it' }).click();
  return link;
}

/** Somebody follows their invite link in a browser of their own; answers the page they land on. */
export async function join(dashboard: Dashboard, link: string, name: string): Promise<Page> {
  const { page } = await dashboard.person();
  await page.goto(link);
  await page.getByRole('heading', { name: /^Join / }).waitFor();
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(INVITED_PASSWORD);
  await page.getByLabel('Password, again').fill(INVITED_PASSWORD);
  await page.getByRole('button', { name: 'Set password and log in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  return page;
}
