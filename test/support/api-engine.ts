import { createItemLookQueries } from '../../src/db/queries/item-look.js';
import { createLookResultQueries } from '../../src/db/queries/look-results.js';
import { createStagingQueries } from '../../src/db/queries/staging.js';
import type { LookDeps } from '../../src/activities/look/deps.js';
import { fromPublicId } from '../../src/domain/ids.js';
import type { TestApi } from './api.js';
import { looksOf, QUICK_SETTINGS, type TestEngine } from './engine.js';

/** The engine without Temporal on the database of an API; `integrationId`: heron_id. */
export function engineOf(
  api: TestApi,
  integrationId: string,
): Pick<TestEngine, 'db' | 'organizationId' | 'integrationId' | 'deps' | 'look' | 'settle'> {
  const { db, pauses, syncRuns: runs, secrets, plaid, logger } = api.deps;
  const deps: LookDeps = {
    ...{ db, pauses, runs, secrets, plaid, logger },
    looks: createItemLookQueries(db),
    results: createLookResultQueries(db),
    staging: createStagingQueries(db),
    settings: QUICK_SETTINGS,
    now: Date.now,
  };
  const rowId = fromPublicId('integration', integrationId);
  if (rowId === null) throw new Error(`no integration ${integrationId}`);
  return { db, deps, organizationId: api.organizationId, integrationId: rowId, ...looksOf(deps) };
}
