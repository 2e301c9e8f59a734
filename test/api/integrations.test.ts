import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSimulator, DEFAULT_CLIENT, type Simulator } from '../../simulator/create-simulator.js';
import type { integrationAnswer, integrationsAnswer } from '../../src/api/integrations/schema.js';
import { createSimulatorIntegration, createTestApi, type TestApi } from '../support/api.js';
import { freePort } from '../../local/port.js';

type One = z.output<typeof integrationAnswer>;
type Many = z.output<typeof integrationsAnswer>;

let api: TestApi;
let simulator: Simulator;
let deadUrl: string;

beforeAll(async () => {
  simulator = await createSimulator();
  deadUrl = `http://127.0.0.1:${await freePort()}`;
  api = await createTestApi({
    plaidUrl: `${simulator.url},${deadUrl}`,
    settings: { PLAID_CHECK_TIMEOUT: '2s' },
  });
});

afterAll(async () => {
  await api?.close();
  await simulator?.close();
});

const newIntegration = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: 'Plaid',
  type: 'plaid',
  resource: 'transaction',
  base_url: simulator.url,
  client_id: DEFAULT_CLIENT.clientId,
  client_secret: DEFAULT_CLIENT.secret,
  ...changes,
});

describe('GET /api/plaid_environments', () => {
  it("lists Plaid's own and the allowed ones", async () => {
    const { status, json } = await api.call('GET', '/api/plaid_environments');
    expect(status).toBe(200);
    expect(json).toEqual({
      plaid_environments: [
        { base_url: 'https://sandbox.plaid.com' },
        { base_url: 'https://production.plaid.com' },
        { base_url: simulator.url },
        { base_url: deadUrl },
      ],
    });
  });
});

describe('POST /api/integrations', () => {
  it('creates one after Plaid has taken the keys, and shows both URLs', async () => {
    const { status, json, text } = await api.call<One>('POST', '/api/integrations', {
      body: { integration: newIntegration({ webhook_url: 'https://acme.example/plaid' }) },
    });
    expect(status).toBe(201);
    const { integration } = json;
    expect(integration.heron_id).toMatch(/^itg_/);
    expect(integration.link_url).toBe(`https://ardea.example/api/integrations/${integration.heron_id}/links`);
    expect(integration.inbound_webhook_url).toBe(
      `https://ardea.example/webhooks/plaid/${integration.heron_id}`,
    );
    expect(integration.webhook_url).toBe('https://acme.example/plaid');
    expect(integration.keys_status).toBe('valid');
    expect(text).not.toContain(DEFAULT_CLIENT.secret);
    const stored: unknown = await api.deps
      .db('integrations')
      .where({ client_id: DEFAULT_CLIENT.clientId })
      .first();
    expect(JSON.stringify(stored)).not.toContain(DEFAULT_CLIENT.secret);
  });

  it('takes the body without its wrapper', async () => {
    const { status } = await api.call('POST', '/api/integrations', { body: newIntegration() });
    expect(status).toBe(201);
  });

  it('names every field that is missing or wrong at once', async () => {
    const { status, json } = await api.call('POST', '/api/integrations', {
      body: { integration: { type: 'truelayer', webhook_url: 'ftp://x', name: '' } },
    });
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: 422, name: 'Unprocessable Entity', error: 'request.invalid' });
    expect(Object.keys(json.description.json).sort()).toEqual([
      'base_url',
      'client_id',
      'client_secret',
      'name',
      'resource',
      'type',
      'webhook_url',
    ]);
    expect(json.description.json.client_id).toEqual(['Missing data for required field.']);
  });

  it('reports an address that is not on the list together with the other mistakes', async () => {
    const base_url = 'http://evil.example';
    const created = await api.call('POST', '/api/integrations', {
      body: newIntegration({ name: undefined, base_url }),
    });
    expect(created.status).toBe(422);
    expect(Object.keys(created.json.description.json).sort()).toEqual(['base_url', 'name']);
    const { id } = await createSimulatorIntegration(api, simulator.url);
    const changed = await api.call('PUT', `/api/integrations/${id}`, { body: { name: '', base_url } });
    expect(changed.status).toBe(422);
    expect(Object.keys(changed.json.description.json).sort()).toEqual(['base_url', 'name']);
  });

  it('refuses addresses that are not on the list', async () => {
    const { status, json } = await api.call('POST', '/api/integrations', {
      body: newIntegration({ base_url: 'http://169.254.169.254' }),
    });
    expect(status).toBe(422);
    expect(json.description.json.base_url?.[0]).toContain('https://sandbox.plaid.com');
  });

  it('says that Plaid refuses the keys, and which fields to look at', async () => {
    const { status, json } = await api.call('POST', '/api/integrations', {
      body: newIntegration({ client_secret: 'wrong' }),
    });
    expect(status).toBe(422);
    expect(json.error).toBe('integration.keys_rejected');
    expect(Object.keys(json.description.json)).toEqual(['client_id', 'client_secret']);
  });

  it('takes keys that were pasted with the end of their line, and none that are blank', async () => {
    const { clientId, secret } = DEFAULT_CLIENT;
    const { status, json } = await api.call<One>('POST', '/api/integrations', {
      body: newIntegration({ client_id: ` ${clientId}`, client_secret: `${secret}\n` }),
    });
    expect(status).toBe(201);
    expect(json.integration.client_id).toBe(clientId);
    const blank = await api.call('POST', '/api/integrations', {
      body: newIntegration({ client_id: ' ', client_secret: '\n' }),
    });
    expect(blank.status).toBe(422);
    expect(blank.json.description.json).toEqual({
      client_id: ['Must not be empty.'],
      client_secret: ['Must not be empty.'],
    });
  });

  it('is not held up by a Plaid that is down', async () => {
    const { status, json } = await api.call<One>('POST', '/api/integrations', {
      body: newIntegration({ base_url: deadUrl }),
    });
    expect(status).toBe(201);
    expect(json.integration.keys_status).toBe('unchecked');
  });

  it('needs a key', async () => {
    const { status, json } = await api.call('POST', '/api/integrations', {
      key: null,
      body: newIntegration(),
    });
    expect(status).toBe(401);
    expect(json.error).toBe('auth.missing');
  });
});

describe('reading, changing, deleting', () => {
  it('lists and gets only what is the own organisation’s', async () => {
    const { id } = await createSimulatorIntegration(api, simulator.url);
    const own = await api.call<Many>('GET', '/api/integrations');
    expect(own.json.integrations.map((one) => one.heron_id)).toContain(id);
    const foreign = await api.call<Many>('GET', '/api/integrations', { key: api.foreignKey });
    expect(foreign.json.integrations).toEqual([]);
    expect((await api.call<One>('GET', `/api/integrations/${id}`)).json.integration.heron_id).toBe(id);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await api.call(method, `/api/integrations/${id}`, {
        key: api.foreignKey,
        ...(method === 'PUT' ? { body: { name: 'mine' } } : {}),
      });
      expect(answer.status, method).toBe(404);
      expect(answer.json.error).toBe('integration.not_found');
    }
    expect((await api.call('GET', '/api/integrations/itg_nonsense')).status).toBe(404);
  });

  it('changes what is given, also in the wrapper of old clients', async () => {
    const { id } = await createSimulatorIntegration(api, simulator.url);
    const { status, json } = await api.call<One>('PUT', `/api/integrations/${id}`, {
      body: { end_user: { name: 'Renamed', webhook_url: null } },
    });
    expect(status).toBe(200);
    expect(json.integration).toMatchObject({ name: 'Renamed', client_id: DEFAULT_CLIENT.clientId });
  });

  it("refuses Plaid's names of the fields, which would change nothing, and lets what it showed come back", async () => {
    const { id } = await createSimulatorIntegration(api, simulator.url);
    const path = `/api/integrations/${id}`;
    const { status, json } = await api.call('PUT', path, {
      body: { integration: { secret: 'ardea_simulator_secret', webhook: 'https://example.com' } },
    });
    expect({ status, json }).toMatchObject({
      status: 422,
      json: {
        description: {
          json: {
            secret: [expect.stringContaining('client_secret')],
            webhook: [expect.stringContaining('webhook_url')],
          },
        },
      },
    });
    const shown = await api.call<Record<string, unknown>>('GET', path);
    expect(await api.call('PUT', path, { body: shown.json })).toMatchObject({ status: 200 });
  });

  it('checks changed keys and blames only the changed field', async () => {
    const { id } = await createSimulatorIntegration(api, simulator.url);
    const { status, json } = await api.call('PUT', `/api/integrations/${id}`, {
      body: { integration: { client_secret: 'wrong' } },
    });
    expect(status).toBe(422);
    expect(Object.keys(json.description.json)).toEqual(['client_secret']);
    const unchanged = await api.deps.integrations.clientSecret(
      api.organizationId,
      (await api.deps.integrations.list(api.organizationId)).at(-1)!.id,
    );
    expect(unchanged).toBe(DEFAULT_CLIENT.secret);
  });

  it('deletes, and answers 404 from then on', async () => {
    const { id } = await createSimulatorIntegration(api, simulator.url);
    expect((await api.call('DELETE', `/api/integrations/${id}`)).status).toBe(204);
    expect((await api.call('DELETE', `/api/integrations/${id}`)).status).toBe(404);
    expect((await api.call('GET', `/api/integrations/${id}`)).status).toBe(404);
  });
});
