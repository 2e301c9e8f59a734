import type { Deps } from '../../deps.js';
import type { IntegrationRow } from '../../db/queries/integrations.js';
import type { LinkRow } from '../../db/queries/links.js';
import { AppError } from '../../domain/errors.js';
import { PlaidError } from '../../plaid/plaid-error.js';
import { inboundWebhookUrl } from '../integrations/urls.js';

/** Makes Plaid send the Item's webhooks to the integration's webhook URL. */
export type AdoptWebhook = (integration: IntegrationRow, link: LinkRow) => Promise<void>;

const KEYS_REJECTED = new Set(['INVALID_API_KEYS', 'UNAUTHORIZED_ENVIRONMENT']);

function refusal(error: unknown, url: string): AppError {
  if (!(error instanceof PlaidError))
    return new AppError('plaid.webhook_unconfirmed', {
      description: 'Plaid did not answer in time. Send the request again; a repetition does no harm.',
    });
  if (KEYS_REJECTED.has(error.errorCode ?? ''))
    return new AppError('integration.keys_rejected', {
      description: `Plaid refuses the keys of the integration: ${error.summary}`,
    });
  const passing = ['retry', 'rate_limited', 'retry_slow'].includes(error.errorClass);
  return new AppError(passing ? 'plaid.webhook_unconfirmed' : 'plaid.webhook_refused', {
    description: `Plaid did not take ${url} as the webhook of this Item: ${error.summary}`,
  });
}

export function createAdoptWebhook({
  config,
  plaid,
  integrations,
  links,
  linkReads,
}: Pick<Deps, 'config' | 'plaid' | 'integrations' | 'links' | 'linkReads'>): AdoptWebhook {
  return async (integration, link) => {
    const accessToken = await linkReads.accessToken(link.organization_id, link.id);
    if (accessToken === null) throw new AppError('link.not_syncing');
    const secret = await integrations.clientSecret(link.organization_id, integration.id);
    const url = inboundWebhookUrl(config.PUBLIC_URL, integration.id);
    const timeoutMs = config.PLAID_CHECK_TIMEOUT;
    const api = plaid({
      baseUrl: integration.base_url,
      clientId: integration.client_id,
      secret: secret ?? '',
    });
    let item;
    try {
      item = await api.updateWebhook(accessToken, url, {
        timeoutMs,
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw refusal(error, url);
    }
    await links.setPlaidWebhookUrl(link.id, item.webhook || null);
  };
}
