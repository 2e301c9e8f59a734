import { parse } from 'lossless-json';
import type { SecretWatch } from './secrets.js';

export interface Answer {
  status: number;
  text: string;
  /** Numbers as LosslessNumber: money must not pass through a double. */
  json: unknown;
}

export interface AskOptions {
  headers?: Record<string, string>;
  body?: object;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export type Ask = (method: string, url: string, options?: AskOptions) => Promise<Answer>;

const TIMEOUT_MS = 15_000;

/**
 * HTTP as an integrator speaks it. Each answer is searched for secrets.
 * @throws when there is no whole answer in time
 */
export function createAsk(watch: SecretWatch | null): Ask {
  return async (method, url, { headers = {}, body, timeoutMs = TIMEOUT_MS, signal } = {}) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
    });
    const text = await response.text();
    watch?.search(`answer of ${method} ${new URL(url).pathname}`, text);
    watch?.search(`headers of ${method} ${new URL(url).pathname}`, [...response.headers.values()].join('\n'));
    return {
      status: response.status,
      text,
      json: text.startsWith('{') || text.startsWith('[') ? parse(text) : null,
    };
  };
}
