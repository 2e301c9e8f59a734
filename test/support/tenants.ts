import { randomBytes } from 'node:crypto';
import type { Database } from '../../src/db/database.js';
import { createIntegrationQueries } from '../../src/db/queries/integrations.js';
import { createSecretBox, type SecretBox } from '../../src/db/secret-box.js';

export interface TestTenant {
  organizationId: string;
  integrationId: string;
}

/** Keys that only this process has. */
export const testSecretBox = (): SecretBox => createSecretBox([{ id: 'test', key: randomBytes(32) }]);

export interface TestTenantOptions {
  db: Database;
  secrets: SecretBox;
  baseUrl?: string;
  webhookUrl?: string | null;
}

/** An organisation of the test's own with one integration. */
export const createTestTenant = async ({
  db,
  secrets,
  baseUrl = 'https://sandbox.plaid.com',
  webhookUrl = null,
}: TestTenantOptions): Promise<TestTenant> => {
  const [organization] = await db('organizations')
    .insert({ name: `test ${randomBytes(6).toString('hex')}` })
    .returning<{ id: string }[]>('id');
  const integrations = createIntegrationQueries({ db, secrets, signalStaleAfterMs: 15_000 });
  const integration = await integrations.create(organization!.id, {
    name: 'Plaid',
    type: 'plaid',
    resource: 'transaction',
    baseUrl,
    clientId: 'client',
    clientSecret: 'secret',
    webhookUrl,
    keysStatus: 'valid',
  });
  return { organizationId: organization!.id, integrationId: integration.id };
};
