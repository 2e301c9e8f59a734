import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRoutes } from '../../src/api/routes.js';
import { ERRORS } from '../../src/domain/errors.js';
import { createTestApi, type TestApi } from '../support/api.js';

interface Document {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, { responses: Record<string, unknown>; security?: unknown[] }>>;
  components: { schemas: Record<string, unknown> };
}

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
});

afterAll(() => api?.close());

const document = async (): Promise<Document> =>
  (await api.call<Document>('GET', '/api/openapi.json', { key: null })).json;

describe('GET /api/openapi.json', () => {
  it('describes every route and the webhook receiver, under the public URL', async () => {
    const { openapi, servers, paths } = await document();
    expect(openapi).toBe('3.1.0');
    expect(servers).toEqual([{ url: 'https://ardea.example' }]);
    for (const { method, path } of createRoutes(api.deps)) expect(paths[path]?.[method], path).toBeDefined();
    expect(paths['/webhooks/plaid/{integration_id}']?.post?.security).toEqual([]);
  });

  it('has no reference that leads nowhere', async () => {
    const text = JSON.stringify(await document());
    const { components } = await document();
    const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1]!);
    expect(names.length).toBeGreaterThan(50);
    for (const name of new Set(names)) expect(components.schemas[name], name).toBeDefined();
  });

  it('tells of 401 wherever a key or a log-in is needed', async () => {
    // Both answer it by themselves: a bad signature, a wrong password.
    const own = ['post /webhooks/plaid/{integration_id}', 'post /api/session'];
    for (const [path, operations] of Object.entries((await document()).paths))
      for (const [method, { responses, security }] of Object.entries(operations))
        expect('401' in responses, `${method} ${path}`).toBe(
          security === undefined || security.length > 0 || own.includes(`${method} ${path}`),
        );
  });

  it('is what is committed', async () => {
    const committed = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as Document;
    expect({ ...(await document()), servers: [] }).toEqual({ ...committed, servers: [] });
  });
});

describe('docs/errors.md', () => {
  it('has every code of the catalogue', () => {
    const page = readFileSync('docs/errors.md', 'utf8');
    for (const code of Object.keys(ERRORS)) expect(page).toContain(`\`${code}\``);
  });
});

describe('GET /api/docs', () => {
  it('comes with all its parts from here, without an inline script', async () => {
    const page = await fetch(`${api.url}/api/docs`);
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/<script>|<script [^>]*>[^<]/);
    const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(parts).toHaveLength(4);
    for (const part of parts) {
      const answer = await fetch(`${api.url}${part}`);
      expect(answer.status, part).toBe(200);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(100);
    }
  });
});
