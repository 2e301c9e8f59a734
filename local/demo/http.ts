/** One HTTP call as a person would make it with curl, and what came back. */
export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** The service may hold the answer back this long (a long poll). */
  timeoutMs?: number;
}

export type Json = Record<string, unknown>;

/** An answer that is not 2xx, with its status and body. */
export class HttpError extends Error {
  constructor(
    readonly call: Call,
    readonly status: number,
    readonly body: unknown,
  ) {
    super(`${call.method} ${call.url} answered ${status}: ${JSON.stringify(body)}`);
  }
}

/** Told of each call; `printed-http.ts` shows them. */
export interface HttpObserver {
  asked(call: Call): void;
  answered(call: Call, status: number, body: unknown): void;
}

export type Http = (call: Call) => Promise<Json>;

const parse = (text: string): unknown => {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return text;
  }
};

/** @returns a caller that answers the parsed body of a 2xx and throws HttpError otherwise */
export const createHttp =
  (observer?: HttpObserver): Http =>
  async (call) => {
    observer?.asked(call);
    const response = await fetch(call.url, {
      method: call.method,
      headers: {
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal: AbortSignal.timeout(call.timeoutMs ?? 30_000),
    });
    const body = parse(await response.text());
    observer?.answered(call, response.status, body);
    if (!response.ok) throw new HttpError(call, response.status, body);
    return body as Json;
  };
