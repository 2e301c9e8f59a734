import { z } from 'zod';
import { itemSummary } from '../items/schema.js';
import { httpUrl, pasted, text, time } from '../fields.js';

const name = text(1, 128).meta({ description: 'A name that means something to you.' });
const clientId = pasted(128).meta({ description: "Plaid's client_id." });
const clientSecret = pasted(256).meta({
  description: "Plaid's secret of that environment. Stored encrypted, never shown.",
  writeOnly: true,
});
const webhookUrl = httpUrl
  .nullable()
  .meta({ description: "Your own URL, to which Plaid's webhooks are forwarded." });
const type = z.literal('plaid');
const resource = z.literal('transaction');

/**
 * Fields that nobody knows are let through, as clients send back what they have read. Plaid's own name of a field is a mistake
 * that would look like success: the integration stayed as it was.
 */
const plaidsNameOf = (field: string) =>
  z
    .never(`Unknown: it is called ${field} here.`)
    .optional()
    .meta({ description: `Refused: it is called \`${field}\` here.`, deprecated: true, type: 'string' });

/** A schema and not a check of the handler, so that a wrong address is reported together with all other mistakes. */
const baseUrl = (allowed: readonly string[]): z.ZodType<string, string> =>
  z
    .string()
    .transform((url) => url.replace(/\/+$/, ''))
    .refine((url) => allowed.includes(url), `Must be one of: ${allowed.join(', ')}.`)
    .meta({
      type: 'string',
      description: "Plaid's environment.",
      examples: ['https://sandbox.plaid.com', 'https://production.plaid.com'],
    });

export const newIntegration = (baseUrls: readonly string[]) =>
  z
    .object({
      name,
      type,
      resource,
      base_url: baseUrl(baseUrls),
      client_id: clientId,
      client_secret: clientSecret,
      webhook_url: webhookUrl.optional(),
    })
    .meta({ id: 'NewIntegration' });

export const integrationChanges = (baseUrls: readonly string[]) =>
  z
    .object({
      name: name.optional(),
      type: type.optional(),
      resource: resource.optional(),
      base_url: baseUrl(baseUrls).optional(),
      client_id: clientId.optional(),
      client_secret: clientSecret.optional(),
      webhook_url: webhookUrl.optional(),
      secret: plaidsNameOf('client_secret'),
      webhook: plaidsNameOf('webhook_url'),
    })
    .meta({ id: 'IntegrationChanges', description: 'What is left out stays as it is.' });

export const integration = z
  .object({
    heron_id: z.string().meta({ examples: ['itg_3mJr7AoUXx2WqdBvcQTzHa'] }),
    name: z.string(),
    type: z.string(),
    resource: z.string(),
    base_url: z.string(),
    client_id: z.string(),
    webhook_url: z.string().nullable(),
    link_url: z.string().meta({ description: 'Post each new Item here.' }),
    inbound_webhook_url: z.string().meta({
      description:
        'The `webhook` of /link/token/create; or forward the webhooks of Plaid here, with headers.',
    }),
    keys_status: z
      .enum(['unchecked', 'valid', 'invalid'])
      .meta({ description: 'What Plaid said about the keys; `unchecked`: it did not answer.' }),
    keys_checked_at: time.nullable(),
    paused_since: time.nullable().meta({
      description:
        'Since when Plaid has refused the client as a whole: all links are `erroring` with `action` fix_keys, and nothing is synced until new keys are sent or Plaid takes these again. Null: it does not.',
    }),
    pause_message: z.string().nullable().meta({ description: "`[PLAID_ERROR_CODE] Plaid's message`." }),
    created: time,
    last_updated: time,
  })
  .meta({ id: 'Integration' });

export const integrationAnswer = z.object({ integration });
export const integrationsAnswer = z.object({ integrations: z.array(integration) });
export const plaidEnvironmentsAnswer = z.object({
  plaid_environments: z.array(z.object({ base_url: z.string() }).meta({ id: 'PlaidEnvironment' })),
});

export const INTEGRATION_HEALTHS = ['waiting', 'ok', 'attention', 'keys_rejected', 'paused'] as const;

export const integrationProgress = z
  .object({
    health: z.enum(INTEGRATION_HEALTHS).meta({
      description:
        '`waiting`: nothing is linked yet. `ok`: its links work, as far as they are to. `attention`: a person has to do something about some of them. `keys_rejected`: Plaid said that the keys are wrong. `paused`: Plaid refuses the client as a whole, nothing is synced.',
    }),
    first_link_at: time.nullable(),
    first_verified_webhook_at: time
      .nullable()
      .meta({ description: 'Of the webhooks that are kept: null means that none has come.' }),
    first_sync_at: time.nullable(),
    last_webhook_at: time.nullable(),
    rejected_webhooks: z.object({
      count: z.int().meta({ description: 'Kept ones, that were not signed by Plaid.' }),
      last_at: time.nullable(),
      last_reason: z.string().nullable(),
    }),
    items: itemSummary,
  })
  .meta({ id: 'IntegrationProgress' });

export const integrationProgressAnswer = z.object({ progress: integrationProgress });
