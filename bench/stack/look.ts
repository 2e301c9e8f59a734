import type { LookDeps } from '../../src/activities/look/deps.js';
import { lookAtItem } from '../../src/activities/look/look-at-item.js';
import { loadConfig } from '../../src/config/index.js';
import { createIntegrationPauseQueries } from '../../src/db/queries/integration-pauses.js';
import { createItemLookQueries } from '../../src/db/queries/item-look.js';
import { createLookResultQueries } from '../../src/db/queries/look-results.js';
import { createStagingQueries } from '../../src/db/queries/staging.js';
import { createSyncRunQueries } from '../../src/db/queries/sync-runs.js';
import { createLogger } from '../../src/logger.js';
import { createPlaidGateway } from '../../src/plaid/plaid-api.js';
import type { Tenant } from './tenant.js';

/** The worker's own look at an Item, without Temporal around it. */
export interface Looker {
  /** A full look that must end in a commit. */
  sync(itemId: string): Promise<void>;
  close(): void;
}

export function createLooker(tenant: Tenant): Looker {
  const { db, secrets, databaseUrl, encryptionKeys } = tenant;
  const plaid = createPlaidGateway();
  const deps: LookDeps = {
    db,
    looks: createItemLookQueries(db),
    results: createLookResultQueries(db),
    pauses: createIntegrationPauseQueries(db),
    staging: createStagingQueries(db),
    runs: createSyncRunQueries(db),
    secrets,
    plaid,
    settings: loadConfig({
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: 'unused:1',
      ENCRYPTION_KEYS: encryptionKeys,
    }),
    logger: createLogger('bench', 'warn'),
    now: Date.now,
  };
  return {
    async sync(itemId) {
      const outcome = await lookAtItem(
        deps,
        { itemId, mode: 'full' },
        { attempt: 1, signal: new AbortController().signal, heartbeat: () => undefined },
      );
      if (outcome.kind !== 'synced') throw new Error(`not synced: ${JSON.stringify(outcome)}`);
    },
    close: () => plaid.close(),
  };
}
