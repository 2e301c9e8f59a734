import type { Deps } from '../deps.js';
import { createApiKeyRoutes } from './api-keys/routes.js';
import { createAuditRoutes } from './audits/routes.js';
import { createChangeRoutes } from './changes/routes.js';
import { createDataSourceRoutes } from './data-sources/routes.js';
import { createEndUserDeletionRoutes } from './end-users/delete.js';
import { createEndUserExportRoutes } from './end-users/export.js';
import { createEndUserRoutes } from './end-users/routes.js';
import { createEventRoutes } from './events/routes.js';
import { createHealthRoutes } from './health/routes.js';
import { createHelloRoutes } from './hello/routes.js';
import { createInboxRoutes } from './inbox/routes.js';
import { createIntegrationProgressRoutes } from './integrations/progress-routes.js';
import { createIntegrationRoutes } from './integrations/routes.js';
import { createItemRoutes } from './items/routes.js';
import { createInviteRoutes } from './invites/routes.js';
import { createLinkRoutes } from './links/routes.js';
import { createRelinkRoutes } from './relinks/routes.js';
import type { Route } from './route.js';
import { createSessionRoutes } from './session/routes.js';
import { createSimulatorRoutes } from './simulator-panel/routes.js';
import { createStatisticsRoutes } from './statistics/routes.js';
import { createSyncRunRoutes } from './sync-runs/routes.js';
import { createTransactionHistoryRoutes } from './transactions/history.js';
import { createTransactionSearchRoutes } from './transactions/search-routes.js';
import { createTransactionRoutes } from './transactions/routes.js';
import { createUserRoutes } from './users/routes.js';

/** Every route, in the order in which they are tried and documented. */
export function createRoutes(deps: Deps): Route[] {
  return [
    ...createIntegrationRoutes(deps),
    ...createIntegrationProgressRoutes(deps),
    ...createLinkRoutes(deps),
    ...createItemRoutes(deps),
    ...createSyncRunRoutes(deps),
    ...createRelinkRoutes(deps),
    ...createAuditRoutes(deps),
    ...createEndUserRoutes(deps),
    ...createEndUserExportRoutes(deps),
    ...createEndUserDeletionRoutes(deps),
    ...createDataSourceRoutes(deps),
    // Before the transactions: neither "changes" nor "search" is a reference_id.
    ...createChangeRoutes(deps),
    ...createTransactionSearchRoutes(deps),
    ...createTransactionHistoryRoutes(deps),
    ...createTransactionRoutes(deps),
    ...createInboxRoutes(deps),
    ...createEventRoutes(deps),
    ...createSessionRoutes(deps),
    ...createInviteRoutes(deps),
    ...createUserRoutes(deps),
    ...createApiKeyRoutes(deps),
    ...createStatisticsRoutes(deps),
    ...createSimulatorRoutes(deps),
    ...createHelloRoutes(),
    ...createHealthRoutes(deps),
  ];
}
