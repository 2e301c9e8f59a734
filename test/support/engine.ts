import type { LookDeps, LookSettings } from '../../src/activities/look/deps.js';
import { lookAtItem } from '../../src/activities/look/look-at-item.js';
import { createDatabase, type Database } from '../../src/db/database.js';
import { createIntegrationPauseQueries } from '../../src/db/queries/integration-pauses.js';
import { createItemLookQueries } from '../../src/db/queries/item-look.js';
import { createLinkQueries, type LinkOutcome, type LinkQueries } from '../../src/db/queries/links.js';
import { createLookResultQueries } from '../../src/db/queries/look-results.js';
import { createStagingQueries } from '../../src/db/queries/staging.js';
import { createSyncRunQueries } from '../../src/db/queries/sync-runs.js';
import type { SecretBox } from '../../src/db/secret-box.js';
import type { LookOutcome } from '../../src/domain/sync-outcome.js';
import { createLogger } from '../../src/logger.js';
import { createPlaidGateway, type PlaidGateway } from '../../src/plaid/plaid-api.js';
import { DEFAULT_CLIENT } from '../../simulator/create-simulator.js';
import { createIntegrationQueries } from '../../src/db/queries/integrations.js';
import { createTestDatabase, type TestDatabase } from './postgres.js';
import { testSecretBox } from './tenants.js';

/** Short waits: what takes minutes in production takes milliseconds here. */
export const QUICK_SETTINGS: LookSettings = {
  RECONCILE_INTERVAL: 3_600_000,
  PROBE_INTERVAL: 3_600_000,
  PLAID_TIMEOUT: 20_000,
  QUICK_SYNC: true,
  QUICK_SYNC_TIMEOUT: 5_000,
  NOT_READY_FIRST_WAIT: 20,
  NOT_READY_LONGEST_WAIT: 100,
  NOT_READY_WINDOW: 60_000,
  RESTART_FIRST_WAIT: 1,
  RESTART_LONGEST_WAIT: 5,
  RESTART_WINDOW: 20,
  RESTART_MINIMUM: 8,
  RESYNC_CONFIRM_AFTER: 50,
  RETRY_FIRST_WAIT: 5,
  RETRY_LONGEST_WAIT: 50,
  RETRY_SLOW_WAIT: 50,
  RATE_LIMIT_WAIT: 50,
};

export interface TestEngine {
  database: TestDatabase;
  db: Database;
  secrets: SecretBox;
  links: LinkQueries;
  deps: LookDeps;
  organizationId: string;
  integrationId: string;
  /** Posts an Item to its link; fails the test unless it is linked. */
  link(
    item: { itemId: string; accessToken: string },
    endUserId?: string,
  ): Promise<Extract<LinkOutcome, { kind: 'linked' }>>;
  look(itemId: string, mode?: 'quick' | 'full'): Promise<LookOutcome>;
  /** Looks until nothing is owed: follows handovers, superseded looks and dirt. */
  settle(itemId: string): Promise<LookOutcome>;
  close(): Promise<void>;
}

export interface TestEngineOptions {
  baseUrl: string;
  settings?: Partial<LookSettings>;
  /** Stands in for Plaid where a test needs answers that no server gives on demand. */
  gateway?: PlaidGateway;
}

/** Looks as an Item's workflow makes them, without Temporal. */
export function looksOf(deps: LookDeps): Pick<TestEngine, 'look' | 'settle'> {
  const look: TestEngine['look'] = (itemId, mode = 'full') =>
    lookAtItem(
      deps,
      { itemId, mode },
      { attempt: 1, signal: new AbortController().signal, heartbeat: () => undefined },
    );
  return {
    look,
    async settle(itemId) {
      for (let looks = 0; looks < 50; looks++) {
        const outcome = await look(itemId);
        const again =
          outcome.kind === 'superseded' ||
          outcome.kind === 'handover' ||
          (outcome.kind === 'synced' && outcome.again);
        if (!again) return outcome;
      }
      throw new Error('the Item does not come to rest');
    },
  };
}

/** The engine without Temporal on a database of its own, with one organisation and one integration. */
export async function createTestEngine({
  baseUrl,
  settings = {},
  gateway,
}: TestEngineOptions): Promise<TestEngine> {
  const database = await createTestDatabase();
  const db = createDatabase({ url: database.url, name: 'test-engine' });
  const secrets = testSecretBox();
  const owned = { db, secrets, signalStaleAfterMs: 15_000 };
  const [organization] = await db('organizations').insert({ name: 'test' }).returning<{ id: string }[]>('id');
  const organizationId = organization!.id;
  const integration = await createIntegrationQueries(owned).create(organizationId, {
    name: 'Plaid',
    type: 'plaid',
    resource: 'transaction',
    baseUrl,
    clientId: DEFAULT_CLIENT.clientId,
    clientSecret: DEFAULT_CLIENT.secret,
    webhookUrl: null,
    keysStatus: 'valid',
  });
  const ownGateway = createPlaidGateway();
  const links = createLinkQueries(owned);
  const deps: LookDeps = {
    db,
    looks: createItemLookQueries(db),
    results: createLookResultQueries(db),
    pauses: createIntegrationPauseQueries(db),
    staging: createStagingQueries(db),
    runs: createSyncRunQueries(db),
    secrets,
    plaid: gateway ?? ownGateway,
    settings: { ...QUICK_SETTINGS, ...settings },
    logger: createLogger('test', 'silent'),
    now: Date.now,
  };
  return {
    database,
    db,
    secrets,
    links,
    deps,
    organizationId,
    integrationId: integration.id,
    ...looksOf(deps),
    async link({ itemId, accessToken }, endUserId = 'acme') {
      const outcome = await links.link({
        organizationId,
        integrationId: integration.id,
        plaidItemId: itemId,
        accessToken,
        endUserId,
        plaidItem: { institutionId: null, institutionName: null, webhookUrl: null },
      });
      if (outcome.kind !== 'linked') throw new Error(`not linked: ${outcome.kind}`);
      return outcome;
    },
    async close() {
      ownGateway.close();
      await db.destroy();
      await database.drop();
    },
  };
}
