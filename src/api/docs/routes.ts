import Router from '@koa/router';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PAGE_HEADERS } from '../middleware/page-headers.js';
import type { RequestState } from '../middleware/request-context.js';
import { createOpenApiDocument, type Operation } from '../openapi.js';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Ardea API</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="/api/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`;

/** Relative to where the page came from, whatever PUBLIC_URL says: a script may connect there only. */
const START = `window.ui = SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor: (request) => {
    const url = new URL(request.url, location.href);
    request.url = location.origin + url.pathname + url.search;
    return request;
  },
});
`;

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const assetFolder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** The OpenAPI document and a page that renders it, from our own origin. */
export function createDocsRoutes(operations: readonly Operation[], publicUrl: string): Router<RequestState> {
  const router = new Router<RequestState>();
  const document = JSON.stringify(createOpenApiDocument(operations, publicUrl));

  router.use(async function docsHeaders(ctx, next) {
    ctx.state.route = '/api/docs';
    ctx.set('x-content-type-options', 'nosniff');
    await next();
  });
  router.get('/api/openapi.json', async function openApiDocument(ctx) {
    ctx.type = 'application/json; charset=utf-8';
    ctx.body = document;
  });
  router.get('/api/docs', async function docsPage(ctx) {
    ctx.set(PAGE_HEADERS);
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = PAGE;
  });
  router.get('/api/docs/start.js', async function docsStart(ctx) {
    ctx.type = 'text/javascript; charset=utf-8';
    ctx.body = START;
  });
  for (const [name, type] of Object.entries(ASSETS)) {
    router.get(`/api/docs/${name}`, async function docsAsset(ctx) {
      ctx.set('cache-control', 'public, max-age=86400');
      ctx.type = type;
      ctx.body = await readFile(join(assetFolder, name));
    });
  }
  return router;
}
