import type { paths } from '@ardea/api-schema';
import { isSafeNumber, parse } from 'lossless-json';
import createClient from 'openapi-fetch';
import type { Readable } from 'openapi-typescript-helpers';
import { ApiError, UnreachableError } from './api-error';

const LONG_NUMBER = /\d[\d.]{14,}/;

/** Amounts of more digits than a number holds become text, digit by digit; formatting takes both. */
const keepDigits = (json: string): string =>
  LONG_NUMBER.test(json)
    ? JSON.stringify(
        parse(json, null, { parseNumber: (digits) => (isSafeNumber(digits) ? Number(digits) : digits) }),
      )
    : json;

async function exactFetch(request: Request): Promise<Response> {
  const response = await fetch(request).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new UnreachableError('Ardea does not answer.');
  });
  if (response.status === 204 || !(response.headers.get('content-type') ?? '').includes('application/json'))
    return response;
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  return new Response(keepDigits(await response.text()), { status: response.status, headers });
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
