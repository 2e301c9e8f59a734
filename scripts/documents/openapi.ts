import { createOpenApiDocument } from '../../src/api/openapi.js';
import { createRoutes } from '../../src/api/routes.js';
import { webhookOperation } from '../../src/api/webhooks/operation.js';
import { loadConfig } from '../../src/config/index.js';
import { createDeps } from '../../src/deps.js';

/** docs/openapi.json. The routes are made but never run, so nothing needs to be reachable. */
export async function openApiJson(): Promise<string> {
  const address = 'localhost:1';
  const deps = createDeps({
    config: loadConfig({
      DATABASE_URL: 'postgres://localhost/none',
      TEMPORAL_ADDRESS: address,
      ENCRYPTION_KEYS: `none:${Buffer.alloc(32).toString('base64')}`,
      LOG_LEVEL: 'silent',
    }),
    temporal: { connectionOptions: { address }, namespace: 'default' },
    name: 'generate',
  });
  try {
    const document = createOpenApiDocument([...createRoutes(deps), webhookOperation], '/');
    return `${JSON.stringify(document, null, 2)}\n`;
  } finally {
    await deps.close();
  }
}
