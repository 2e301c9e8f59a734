import { ERRORS, isErrorCode, type ErrorKind } from '../plaid-api/error-catalogue.js';
import type { Json } from '../plaid-api/fields.js';
import { errorBody } from '../plaid-api/plaid-error.js';
import type { FaultKind, PageMoment, Refusal } from './fault.js';
import { numberOf, textOf, type ParamRule } from './params.js';
import { limitCode } from './rate-limits.js';

const SYNC = '/transactions/sync';

const errorRefusal = (code: string, changes: Partial<Refusal> = {}, fields: Json = {}): Refusal => ({
  status: isErrorCode(code) ? ERRORS[code].status : 400,
  headers: {},
  body: { ...errorBody(code, null), ...fields },
  ...changes,
});

/** `first`, `middle`, `last`, or a page's number. */
const ON_PAGE: ParamRule = {
  kind: 'any',
  meaning:
    'first, middle (neither the first nor the last), last (of an update of several pages), or the number of the page',
  check: (value) =>
    ['first', 'middle', 'last'].includes(value as string) ||
    (Number.isSafeInteger(value) && Number(value) > 0)
      ? null
      : 'must be first, middle, last or the number of a page',
};

const isOnPage = (onPage: unknown, { page, last }: PageMoment): boolean => {
  switch (onPage) {
    case 'first':
      return page === 1;
    case 'middle':
      return page > 1 && !last;
    case 'last':
      return page > 1 && last;
    default:
      return page === onPage;
  }
};

const retryAfterHeader = (params: Json): Record<string, string> => {
  const seconds = numberOf(params, 'retry_after');
  if (seconds === null) return {};
  // An HTTP date has whole seconds: rounded up, so that waiting for it is never too short.
  const at = Math.ceil(Date.now() / 1000 + seconds) * 1000;
  return {
    'Retry-After':
      params['retry_after_as'] === 'http_date' ? new Date(at).toUTCString() : String(Math.round(seconds)),
  };
};

const rateLimited: FaultKind = {
  kind: 'rate_limited',
  summary: 'answers 429 with the limit code of the endpoint',
  params: {
    retry_after: {
      kind: 'number',
      min: 0,
      meaning: 'seconds in the Retry-After header; without it no header',
    },
    retry_after_as: {
      kind: 'string',
      values: ['seconds', 'http_date'],
      otherwise: 'seconds',
      meaning: 'how the header is written',
    },
  },
  times: 1,
  endpoint: null,
  request: ({ params }, { endpoint }) => ({
    refusal: errorRefusal(limitCode(endpoint), { headers: retryAfterHeader(params) }),
  }),
};

const internalError: FaultKind = {
  kind: 'internal_error',
  summary: 'answers 500 INTERNAL_SERVER_ERROR',
  params: {},
  times: 1,
  endpoint: null,
  request: () => ({ refusal: errorRefusal('INTERNAL_SERVER_ERROR') }),
};

const badGateway: FaultKind = {
  kind: 'bad_gateway_html',
  summary: 'answers as a proxy in front of Plaid that does not reach it: HTML',
  params: {
    status: { kind: 'integer', min: 502, max: 504, otherwise: 502, meaning: '502, 503 or 504' },
  },
  times: 1,
  endpoint: null,
  request: ({ params }) => {
    const status = numberOf(params, 'status') ?? 502;
    const title =
      { 502: 'Bad Gateway', 503: 'Service Temporarily Unavailable' }[status] ?? 'Gateway Time-out';
    const text = `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
    return { refusal: { status, headers: {}, body: { contentType: 'text/html', text } } };
  },
};

const latency: FaultKind = {
  kind: 'latency',
  summary: 'answers late, in real time',
  params: {
    latency: { kind: 'any', duration: true, otherwise: '30s', meaning: 'how late' },
  },
  times: 1,
  endpoint: null,
  request: ({ params }) => ({ waitMs: numberOf(params, 'latency') ?? 0 }),
};

const error: FaultKind = {
  kind: 'error',
  summary:
    'answers with an error of Plaid, also in mid-pagination; the Item breaks with it if break_item says so',
  params: {
    error_code: { kind: 'string', required: true, min: 1, meaning: "one of Plaid's codes, or any other" },
    error_type: { kind: 'string', meaning: 'in place of the usual type of the code' },
    error_message: { kind: 'string', meaning: 'in place of the usual message' },
    error_code_reason: { kind: 'string', meaning: 'reason, like OAUTH_USER_REVOKED' },
    status: { kind: 'integer', min: 400, max: 599, meaning: 'in place of the usual HTTP status' },
    on_page: { ...ON_PAGE, meaning: `only on a page of /transactions/sync: ${ON_PAGE.meaning}` },
    break_item: {
      kind: 'boolean',
      otherwise: false,
      meaning: 'the Item stays broken with the error until it is repaired, and says so by webhook',
    },
  },
  times: 1,
  endpoint: null,
  request: (fault) => (fault.params['on_page'] === undefined ? { refusal: givenError(fault.params) } : null),
  page: ({ params }, moment) =>
    params['on_page'] !== undefined && isOnPage(params['on_page'], moment) ? givenError(params) : null,
};

const givenError = (params: Json): Refusal => {
  const code = textOf(params, 'error_code') ?? '';
  const reason = textOf(params, 'error_code_reason');
  const type = textOf(params, 'error_type');
  const usual: Partial<ErrorKind> = isErrorCode(code) ? ERRORS[code] : {};
  const fields = {
    error_type: type ?? usual.type ?? 'API_ERROR',
    error_message: textOf(params, 'error_message') ?? usual.message ?? code,
    ...(reason === null ? {} : { error_code_reason: reason }),
  };
  return errorRefusal(
    code,
    {
      status: numberOf(params, 'status') ?? usual.status ?? 400,
      ...(params['break_item'] === true ? { breakItem: { code, reason } } : {}),
    },
    fields,
  );
};

const unknownErrorCode: FaultKind = {
  kind: 'unknown_error_code',
  summary: 'answers with an error code and type that Plaid does not have yet',
  params: {
    error_code: { kind: 'string', otherwise: 'FLUX_CAPACITOR_EMPTY', meaning: 'the code' },
    error_type: { kind: 'string', otherwise: 'FLUX_ERROR', meaning: 'the type' },
    status: { kind: 'integer', min: 400, max: 599, otherwise: 400, meaning: 'the HTTP status' },
  },
  times: 1,
  endpoint: null,
  request: ({ params }) => ({ refusal: givenError(params) }),
};

const mutation: FaultKind = {
  kind: 'mutation',
  summary:
    'answers TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION; with from_stored_cursor for every cursor there is, until the reader begins again with the null cursor',
  params: {
    on_page: { ...ON_PAGE, otherwise: 'middle' },
    from_stored_cursor: {
      kind: 'boolean',
      otherwise: false,
      meaning: 'only the null cursor helps; on_page does not count, and times is without limit unless given',
    },
  },
  times: 1,
  endpoint: SYNC,
  page: (fault, moment) => {
    const { on_page: onPage, from_stored_cursor: forEver } = fault.params;
    const hit =
      forEver === true ? moment.cursor !== null && moment.cursor.born < fault.id : isOnPage(onPage, moment);
    return hit ? errorRefusal('TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION') : null;
  },
};

const foreignCursor: FaultKind = {
  kind: 'foreign_cursor',
  summary:
    'answers "cursor not associated with access_token" to every cursor given out before the fault: only the null cursor helps',
  params: {},
  times: null,
  endpoint: SYNC,
  page: (fault, { cursor }) =>
    cursor !== null && cursor.born < fault.id
      ? errorRefusal('INVALID_FIELD', {}, { error_message: 'cursor not associated with access_token' })
      : null,
};

const pageSize: FaultKind = {
  kind: 'page_size',
  summary: 'serves smaller pages than asked for, so that updates of several pages are cheap',
  params: { rows: { kind: 'integer', min: 1, max: 500, otherwise: 5, meaning: 'updates per page at most' } },
  times: null,
  endpoint: SYNC,
  pageSize: ({ params }) => numberOf(params, 'rows') ?? 5,
};

/** Faults in place of an answer, or of its pages. */
export const REQUEST_KINDS: readonly FaultKind[] = [
  rateLimited,
  internalError,
  badGateway,
  latency,
  error,
  unknownErrorCode,
  mutation,
  foreignCursor,
  pageSize,
];
