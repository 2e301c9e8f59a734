import type { Deps } from '../deps.js';
import { createEndUserRoutes } from './end-users/routes.js';
import { createHealthRoutes } from './health/routes.js';
import { createHelloRoutes } from './hello/routes.js';
import { createIntegrationRoutes } from './integrations/routes.js';
import { createLinkRoutes } from './links/routes.js';
import type { Route } from './route.js';

/** Every route, in the order in which they are tried and documented. */
export function createRoutes(deps: Deps): Route[] {
  return [
    ...createIntegrationRoutes(deps),
    ...createLinkRoutes(deps),
    ...createEndUserRoutes(deps),
    ...createHelloRoutes(),
    ...createHealthRoutes(deps),
  ];
}
