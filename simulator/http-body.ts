import type { IncomingMessage } from 'node:http';
import getRawBody from 'raw-body';
import type { Json } from './plaid-api/fields.js';
import { PlaidApiError } from './plaid-api/plaid-error.js';

/**
 * Reads a JSON object from a request; an empty body is an empty object.
 * @throws PlaidApiError INVALID_BODY
 */
export const readJsonObject = async (request: IncomingMessage): Promise<Json> => {
  let text: string;
  try {
    text = await getRawBody(request, { limit: '2mb', encoding: 'utf8' });
  } catch {
    throw new PlaidApiError('INVALID_BODY', 'body could not be read');
  }
  if (text.trim() === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new PlaidApiError('INVALID_BODY');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new PlaidApiError('INVALID_BODY', 'body must be a JSON object');
  return parsed as Json;
};
