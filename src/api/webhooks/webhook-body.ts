import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import getRawBody from 'raw-body';
import { AppError } from '../../domain/errors.js';
import type { StoredHeaders } from '../../db/queries/inbox.js';

export const LARGEST_WEBHOOK_BYTES = 256 * 1024;

/** The bytes as sent: they are what is signed, stored and forwarded. Throws `webhook.too_large` or `webhook.malformed`. */
export async function readWebhookBytes(request: IncomingMessage): Promise<Buffer> {
  try {
    return await getRawBody(request, {
      limit: LARGEST_WEBHOOK_BYTES,
      length: request.headers['content-length'] ?? null,
    });
  } catch (error) {
    if ((error as { type?: string }).type === 'entity.too.large') throw new AppError('webhook.too_large');
    throw new AppError('webhook.malformed', { description: 'The body did not arrive completely.' });
  }
}

/** What intake reads of a webhook. Unknown types and codes are as welcome as known ones: Plaid adds some without notice. */
export interface WebhookFields {
  plaidItemId: string | null;
  webhookType: string | null;
  webhookCode: string | null;
}

const LONGEST_NAME = 200;
const LONGEST_ITEM_ID = 256;

/** PostgreSQL's text cannot hold NUL; a strange name must not keep the webhook out. */
const name = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value.replaceAll('\0', '\uFFFD').slice(0, LONGEST_NAME) : null;

// An id is taken whole or not at all: half of one would name another Item.
const itemId = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_ITEM_ID && !value.includes('\0')
    ? value
    : null;

/** Throws `webhook.malformed` unless the bytes are a JSON object. */
export function readWebhookFields(bytes: Buffer): WebhookFields {
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new AppError('webhook.malformed');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new AppError('webhook.malformed');
  const fields = body as Record<string, unknown>;
  return {
    plaidItemId: itemId(fields.item_id),
    webhookType: name(fields.webhook_type),
    webhookCode: name(fields.webhook_code),
  };
}

/** Whatever else came with it (cookies, authorization) is nobody's business here. */
const KEPT_HEADERS = [
  'plaid-verification',
  'content-type',
  'user-agent',
  'x-forwarded-for',
  'x-request-id',
] as const;

export function keptHeaders(headers: IncomingHttpHeaders): StoredHeaders {
  const kept: Record<string, string> = {};
  for (const header of KEPT_HEADERS) {
    const value = headers[header];
    if (value !== undefined) kept[header] = Array.isArray(value) ? value.join(', ') : value;
  }
  return kept;
}
