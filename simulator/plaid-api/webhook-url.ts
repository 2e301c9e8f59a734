import { PlaidApiError } from './plaid-error.js';

/**
 * A webhook URL from a request; null when none is set.
 * @throws PlaidApiError INVALID_FIELD unless it is an http(s) URL
 */
export const webhookUrl = (value: unknown, field: string): string | null => {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))
    return value;
  throw new PlaidApiError('INVALID_FIELD', `${field} must be a valid URL`);
};
