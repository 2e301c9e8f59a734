import http from 'node:http';
import https from 'node:https';
import {
  RequestFilteringHttpAgent,
  RequestFilteringHttpsAgent,
  type RequestFilteringAgentOptions,
} from 'request-filtering-agent';
import { parseRetryAfter } from '../plaid/plaid-error.js';

export type PostOutcome =
  | { kind: 'accepted'; status: number }
  /** `reason` is for the integrator: nothing of the answer but its status. */
  | { kind: 'refused'; reason: string; retryAfterMs: number | null };

export interface PostRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

export type Post = (request: PostRequest) => Promise<PostOutcome>;

export interface PostOptions {
  /** From connecting to the head of the answer. */
  timeoutMs: number;
  /**
   * Otherwise loopback, private, link-local and other special addresses are refused, at the moment of connecting and for
   * every address that the name resolves to: the URL is the integrator's, the network is ours.
   */
  allowPrivate: boolean;
}

const refused = (reason: string, retryAfterMs: number | null = null): PostOutcome => ({
  kind: 'refused',
  reason,
  retryAfterMs,
});

function reasonOf(error: unknown, timeoutMs: number): string {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  if (name === 'AbortError' || name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  if (code === undefined && /is not allowed/.test(message ?? ''))
    return 'the address is private or special; FORWARD_ALLOW_PRIVATE=on allows it';
  return `no connection (${code ?? name ?? 'unknown'})`;
}

/** POSTs bytes to a URL that someone else chose: no redirects, no proxy, no connection kept. Never throws. */
export function createPost({ timeoutMs, allowPrivate }: PostOptions): Post {
  const filter: RequestFilteringAgentOptions = {
    allowPrivateIPAddress: allowPrivate,
    allowMetaIPAddress: allowPrivate,
  };
  const httpAgent = new RequestFilteringHttpAgent({ keepAlive: false, ...filter });
  const httpsAgent = new RequestFilteringHttpsAgent({ keepAlive: false, ...filter });

  return ({ url, headers, body }) =>
    new Promise((resolve) => {
      if (!URL.canParse(url) || !/^https?:/.test(url)) {
        resolve(refused('webhook_url is not an http(s) URL'));
        return;
      }
      const target = new URL(url);
      const secure = target.protocol === 'https:';
      const call = (secure ? https : http).request(target, {
        method: 'POST',
        headers: { ...headers, 'content-length': String(body.length) },
        agent: secure ? httpsAgent : httpAgent,
        signal: AbortSignal.timeout(timeoutMs),
      });
      call.on('error', (error) => resolve(refused(reasonOf(error, timeoutMs))));
      call.on('response', (response) => {
        const status = response.statusCode ?? 0;
        // Read to its end or to the deadline, and thrown away.
        response.on('error', () => undefined).resume();
        if (status >= 200 && status < 300) resolve({ kind: 'accepted', status });
        else if (status >= 300 && status < 400)
          resolve(refused(`HTTP ${status}; redirects are not followed`));
        else resolve(refused(`HTTP ${status}`, parseRetryAfter(response.headers['retry-after'])));
      });
      call.end(body);
    });
}
