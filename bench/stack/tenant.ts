import { randomBytes } from 'node:crypto';
import { createDatabase, type Database } from '../../src/db/database.js';
import { createIntegrationQueries } from '../../src/db/queries/integrations.js';
import { createLinkQueries, type LinkQueries } from '../../src/db/queries/links.js';
import { createSecretBox, type SecretBox } from '../../src/db/secret-box.js';
import { CLIENT } from './simulator.js';

/** A database with one organisation and one integration, as the API would have made them. */
export interface Tenant {
  databaseUrl: string;
  db: Database;
  secrets: SecretBox;
  /** As ENCRYPTION_KEYS, for programs that share the database. */
  encryptionKeys: string;
  organizationId: string;
  integrationId: string;
  links: LinkQueries;
  /** Links an Item; answers its row id. */
  link(item: { itemId: string; accessToken: string }): Promise<string>;
  close(): Promise<void>;
}

export async function createTenant(databaseUrl: string, baseUrl: string): Promise<Tenant> {
  const key = randomBytes(32);
  const db = createDatabase({ url: databaseUrl, name: 'ardea-bench' });
  const secrets = createSecretBox([{ id: 'bench', key }]);
  const owned = { db, secrets, signalStaleAfterMs: 15_000 };
  const [organization] = await db('organizations')
    .insert({ name: 'bench' })
    .returning<{ id: string }[]>('id');
  const organizationId = organization!.id;
  const integration = await createIntegrationQueries(owned).create(organizationId, {
    name: 'Plaid',
    type: 'plaid',
    resource: 'transaction',
    baseUrl,
    clientId: CLIENT.clientId,
    clientSecret: CLIENT.secret,
    webhookUrl: null,
    keysStatus: 'valid',
  });
  const links = createLinkQueries(owned);
  return {
    databaseUrl,
    db,
    secrets,
    encryptionKeys: `bench:${key.toString('base64')}`,
    organizationId,
    integrationId: integration.id,
    links,
    async link({ itemId, accessToken }) {
      const outcome = await links.link({
        organizationId,
        integrationId: integration.id,
        plaidItemId: itemId,
        accessToken,
        endUserId: `user of ${itemId}`,
        plaidItem: { institutionId: null, institutionName: null, webhookUrl: null },
      });
      if (outcome.kind !== 'linked') throw new Error(`not linked: ${outcome.kind}`);
      return outcome.link.id;
    },
    close: () => db.destroy(),
  };
}
