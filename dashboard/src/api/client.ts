import type { paths } from '@ardea/api-schema';
import { isSafeNumber, parse } from 'lossless-json';
import createClient from 'openapi-fetch';
import type { Readable } from 'openapi-typescript-helpers';
import { ApiError, UnreachableError } from './api-error';
import { reportAnswer } from './connection';
import { isSomebodyThere } from './presence';

const LONG_NUMBER = /\d[\d.]{14,}/;

/** Amounts of more digits than a number holds become text, digit by digit; formatting takes both. */
export const keepDigits = (json: string): string =>
  LONG_NUMBER.test(json)
    ? JSON.stringify(
        parse(json, null, { parseNumber: (digits) => (isSafeNumber(digits) ? Number(digits) : digits) }),
      )
    : json;

const isJson = ({ status, headers }: Response): boolean =>
  status !== 204 && (headers.get('content-type') ?? '').includes('application/json');

function textAnswer(text: string, { status, headers: given }: Response): Response {
  const headers = new Headers(given);
  headers.delete('content-length');
  return new Response(text, { status, headers });
}

/** Readings are answered within a fraction of this; writes may wait for Plaid, who has longer. */
const SILENCE_MS = 30_000;

/** For what is shown as the API wrote it: no number is read on the way. Throws UnreachableError. */
export async function untouchedFetch(request: Request): Promise<Response> {
  const ending = new AbortController();
  let isSilent = false;
  const giveUp = (): void => {
    isSilent = true;
    ending.abort();
  };
  const timer = request.method === 'GET' ? setTimeout(giveUp, SILENCE_MS) : undefined;
  // What the page reads by itself must not keep a session that nobody uses.
  if (request.method === 'GET' && !isSomebodyThere()) request.headers.set('x-ardea-background', '1');
  if (request.signal.aborted) ending.abort();
  request.signal.addEventListener('abort', () => ending.abort(), { once: true });
  try {
    const response = await fetch(request, { signal: ending.signal });
    if (!isJson(response)) return response;
    // Read here, where silence counts.
    return textAnswer(await response.text(), response);
  } catch (error) {
    // Nobody waits for it any more.
    if (request.signal.aborted) throw error;
    // Half a minute was long enough to wait: it is told before the next try.
    if (isSilent) reportAnswer('down');
    throw new UnreachableError('Ardea does not answer.', { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function exactFetch(request: Request): Promise<Response> {
  const response = await untouchedFetch(request);
  return isJson(response) ? textAnswer(keepDigits(await response.text()), response) : response;
}

/** The documented API, typed from its OpenAPI document. The session's cookie goes along by itself. */
export const api = createClient<paths>({
  baseUrl: location.origin,
  fetch: exactFetch,
  headers: { accept: 'application/json' },
});

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a good answer; throws ApiError for any other. */
export async function answered<T>(outcome: Promise<Outcome<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await outcome;
  if (response.ok) return data as NonNullable<T>;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const body = typeof error === 'object' && error !== null ? error : undefined;
  throw new ApiError(response.status, body, Number.isNaN(retryAfter) ? undefined : retryAfter);
}

/** A schema of the document as answers hold it: without what is only ever sent, and without fields that are always null. */
export type Answered<T> = Readable<T>;
