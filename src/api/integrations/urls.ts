import { toPublicId } from '../../domain/ids.js';

/** The webhook URL of an integration (row id), as Plaid or a forwarder is to call it. */
export const inboundWebhookUrl = (publicUrl: string, integrationId: string): string =>
  `${publicUrl}/webhooks/plaid/${toPublicId('integration', integrationId)}`;

/** The link URL of an integration (row id). */
export const linkUrl = (publicUrl: string, integrationId: string): string =>
  `${publicUrl}/api/integrations/${toPublicId('integration', integrationId)}/links`;
