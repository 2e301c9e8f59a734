import { z } from 'zod';
import type { Deps } from '../../deps.js';
import type { TouchedItem } from '../../db/queries/integrations.js';
import { AppError } from '../../domain/errors.js';
import type { KeyField } from '../../plaid/keys-check.js';
import { flag } from '../fields.js';
import { route, type Route } from '../route.js';
import { findIntegration } from './find.js';
import { allowedBaseUrls, createKeysGuard } from './keys.js';
import { createIntegrationPresenter } from './present.js';
import {
  integrationAnswer,
  integrationChanges,
  integrationsAnswer,
  newIntegration,
  plaidEnvironmentsAnswer,
} from './schema.js';

const tag = 'Integrations';
const params = { integration_id: 'heron_id of the integration (`itg_…`).' };
const KEY_FIELDS = ['base_url', 'client_id', 'client_secret'] as const satisfies KeyField[];

export function createIntegrationRoutes(
  deps: Pick<Deps, 'config' | 'plaid' | 'integrations' | 'signals'>,
): Route[] {
  const { integrations, signals, config } = deps;
  const keys = createKeysGuard(deps);
  const baseUrls = allowedBaseUrls(config);
  const present = createIntegrationPresenter(config.PUBLIC_URL);

  const signalOwed = (organizationId: string, items: readonly TouchedItem[]): void => {
    for (const { itemId, signal } of items) if (signal) signals.look({ id: itemId, organizationId });
  };

  return [
    route({
      method: 'post',
      path: '/api/integrations',
      role: 'admin',
      tag,
      summary: 'Create an integration',
      description:
        "Asks Plaid whether it takes the keys and says which of them is wrong. While Plaid does not answer, the integration is created with `keys_status` unchecked. The answer holds the webhook URL and the link URL that the guide's next steps need.",
      body: { schema: newIntegration(baseUrls), envelope: 'integration' },
      sensitive: { what: 'Setting keys of Plaid', when: () => true },
      responses: { 201: { description: 'Created.', schema: integrationAnswer } },
      errors: ['integration.keys_rejected'],
      async handle({ organizationId, body }) {
        const credentials = {
          baseUrl: body.base_url,
          clientId: body.client_id,
          secret: body.client_secret,
        };
        const row = await integrations.create(organizationId, {
          name: body.name,
          type: body.type,
          resource: body.resource,
          baseUrl: body.base_url,
          clientId: body.client_id,
          clientSecret: body.client_secret,
          webhookUrl: body.webhook_url ?? null,
          keysStatus: await keys.check(credentials, KEY_FIELDS),
        });
        return { status: 201, body: { integration: present(row) } };
      },
    }),

    route({
      method: 'get',
      path: '/api/integrations',
      role: 'read_only',
      tag,
      summary: 'List integrations',
      responses: { 200: { description: 'All of them, oldest first.', schema: integrationsAnswer } },
      async handle({ organizationId }) {
        const rows = await integrations.list(organizationId);
        return { status: 200, body: { integrations: rows.map(present) } };
      },
    }),

    route({
      method: 'get',
      path: '/api/plaid_environments',
      role: 'read_only',
      tag,
      summary: "List Plaid's environments",
      description: 'The values that `base_url` of an integration can have here.',
      responses: { 200: { description: "Plaid's own first.", schema: plaidEnvironmentsAnswer } },
      async handle() {
        return { status: 200, body: { plaid_environments: baseUrls.map((base_url) => ({ base_url })) } };
      },
    }),

    route({
      method: 'get',
      path: '/api/integrations/{integration_id}',
      role: 'read_only',
      tag,
      summary: 'Get an integration',
      params,
      responses: { 200: { description: 'The integration.', schema: integrationAnswer } },
      errors: ['integration.not_found'],
      async handle({ organizationId, params: { integration_id } }) {
        const row = await findIntegration(integrations, organizationId, integration_id!);
        return { status: 200, body: { integration: present(row) } };
      },
    }),

    route({
      method: 'put',
      path: '/api/integrations/{integration_id}',
      role: 'member',
      tag,
      summary: 'Update an integration',
      description:
        'New keys are checked like those of a new integration. They end a pause: all Items are synced again, at the pace that Plaid allows. Send the same keys again to have them checked now.',
      params,
      body: { schema: integrationChanges(baseUrls), envelope: 'integration', alsoEnvelopes: ['end_user'] },
      sensitive: {
        what: 'Changing keys of Plaid',
        when: ({ body }) => KEY_FIELDS.some((field) => body[field] !== undefined),
      },
      responses: { 200: { description: 'As it is now.', schema: integrationAnswer } },
      errors: ['integration.not_found', 'integration.keys_rejected'],
      async handle({ organizationId, params: { integration_id }, body }) {
        const before = await findIntegration(integrations, organizationId, integration_id!);
        const changed = KEY_FIELDS.filter((field) => body[field] !== undefined);
        const secret =
          body.client_secret ??
          (changed.length > 0 ? await integrations.clientSecret(organizationId, before.id) : null);
        const keysStatus =
          secret === null || changed.length === 0
            ? undefined
            : await keys.check(
                {
                  baseUrl: body.base_url ?? before.base_url,
                  clientId: body.client_id ?? before.client_id,
                  secret,
                },
                changed,
              );
        const updated = await integrations.update(organizationId, before.id, {
          ...(body.name === undefined ? {} : { name: body.name }),
          ...(body.base_url === undefined ? {} : { baseUrl: body.base_url }),
          ...(body.client_id === undefined ? {} : { clientId: body.client_id }),
          ...(body.client_secret === undefined ? {} : { clientSecret: body.client_secret }),
          ...(body.webhook_url === undefined ? {} : { webhookUrl: body.webhook_url }),
          ...(keysStatus === undefined ? {} : { keysStatus }),
        });
        if (!updated) throw new AppError('integration.not_found');
        signalOwed(organizationId, updated.items);
        return { status: 200, body: { integration: present(updated.integration) } };
      },
    }),

    route({
      method: 'delete',
      path: '/api/integrations/{integration_id}',
      role: 'admin',
      tag,
      summary: 'Delete an integration',
      description: 'Data that was synced through it stays readable.',
      params,
      query: z.strictObject({
        force: flag.optional().meta({ description: 'Stop syncing its links first.' }),
      }),
      responses: { 204: { description: 'Deleted.' } },
      errors: ['integration.not_found', 'integration.in_use'],
      async handle({ organizationId, params: { integration_id }, query }) {
        const { id } = await findIntegration(integrations, organizationId, integration_id!);
        const outcome = await integrations.remove(organizationId, id, query.force ?? false);
        if (!outcome) throw new AppError('integration.not_found');
        if (outcome.kind === 'in_use')
          throw new AppError('integration.in_use', {
            description: `${outcome.links} of its links are live. Delete them first, or pass force=true to stop syncing all of them.`,
          });
        signalOwed(organizationId, outcome.items);
        return { status: 204 };
      },
    }),
  ];
}
