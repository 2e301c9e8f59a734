import { setTimeout as sleep } from 'node:timers/promises';
import type { Ask, Answer } from '../http.js';
import { createRandom } from '../random.js';
import type { SecretWatch } from '../secrets.js';
import type { PlaidClient, Stack } from './stack.js';

export interface Integration {
  heronId: string;
  linkUrl: string;
  webhookUrl: string;
  client: PlaidClient;
  /** Whether its webhooks are forwarded to the run's receiver. */
  forwards: boolean;
}

/** An organisation with its key and integrations. */
export interface Tenant {
  name: string;
  apiKey: string;
  integrations: Integration[];
  /** Asks until there is a definite answer: outages, refusals for a time and lost answers are gone through. */
  call: (method: string, path: string, body?: object) => Promise<Answer>;
}

const AGAIN_MS = 250;
/** Busy, unavailable, or nothing behind the load balancer; all of them say that nothing was decided. */
const isIndefinite = (status: number): boolean => status >= 500 || status === 429 || status === 408;

interface CreatedIntegration {
  integration: { heron_id: string; link_url: string; inbound_webhook_url: string };
}

export interface TenantsOptions {
  stack: Stack;
  seed: number;
  organizations: number;
  ask: Ask;
  secrets: SecretWatch;
  receiverUrl: string;
  /** Aborts waiting for an answer. */
  signal: AbortSignal;
}

/** One organisation per number; the first has two integrations, and every second integration forwards its webhooks. */
export async function createTenants(options: TenantsOptions): Promise<Tenant[]> {
  const { stack, ask, signal } = options;
  const tenants: Tenant[] = [];
  const clients = [...stack.clients];
  for (let at = 0; at < options.organizations; at++) {
    const name = `Organisation ${at + 1} ${createRandom(`${options.seed}/organization/${at}`).between(1_000, 9_999)}`;
    const said = await stack.command('create-organization.js', name);
    const apiKey = /key_[0-9a-f]{48}/.exec(said)?.[0];
    if (apiKey === undefined) throw new Error(`no API key in: ${said}`);
    const call: Tenant['call'] = async (method, path, body) => {
      for (;;) {
        signal.throwIfAborted();
        const url = path.startsWith('http') ? path : `${stack.apiUrl}${path}`;
        const answer = await ask(method, url, {
          headers: { 'x-api-key': apiKey },
          ...(body === undefined ? {} : { body }),
        }).catch(() => null);
        if (answer !== null && !isIndefinite(answer.status)) return answer;
        await sleep(AGAIN_MS);
      }
    };
    const tenant: Tenant = { name, apiKey, integrations: [], call };
    for (const client of clients.splice(0, at === 0 ? 2 : 1)) {
      const forwards = tenant.integrations.length === 1 || at % 2 === 1;
      const created = await call('POST', '/api/integrations', {
        integration: {
          name: `Plaid of ${client.clientId}`,
          type: 'plaid',
          resource: 'transaction',
          base_url: stack.plaidUrl,
          client_id: client.clientId,
          client_secret: client.secret,
          ...(forwards ? { webhook_url: options.receiverUrl } : {}),
        },
      });
      if (created.status !== 201) throw new Error(`integration refused: ${created.text}`);
      const { integration } = created.json as CreatedIntegration;
      tenant.integrations.push({
        heronId: integration.heron_id,
        linkUrl: integration.link_url,
        webhookUrl: integration.inbound_webhook_url,
        client,
        forwards,
      });
    }
    tenants.push(tenant);
  }
  return tenants;
}
