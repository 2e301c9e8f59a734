import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'koa';
import type { BankContext } from '../bank/context.js';
import type { Refusal, RequestMoment } from '../faults/fault.js';
import { limitCode } from '../faults/rate-limits.js';
import { refuse, RefusedByFault } from '../faults/refused.js';
import { readJsonObject } from '../http-body.js';
import type { SigningKeys } from '../webhooks/signing-keys.js';
import { answerCall, JsonText, type Endpoint } from './endpoint.js';
import { ERRORS } from './error-catalogue.js';
import type { Json } from './fields.js';
import { errorBody, PlaidApiError } from './plaid-error.js';

const headerOf = (ctx: Context, name: string): string | undefined => ctx.get(name) || undefined;

/** Answers with JSON. */
export const answerJson = (ctx: Context, result: object | JsonText): void => {
  ctx.type = 'application/json';
  ctx.body = result instanceof JsonText ? result.text : JSON.stringify(result);
};

const answerRefusal = (ctx: Context, { status, headers, body }: Refusal, requestId: string): void => {
  ctx.status = status;
  ctx.set({ ...headers });
  if (typeof body['text'] === 'string' && typeof body['contentType'] === 'string') {
    ctx.type = body['contentType'];
    ctx.body = body['text'];
  } else answerJson(ctx, { ...body, request_id: requestId });
};

/** Answers with Plaid's error object; what is not meant to fail shows as INTERNAL_SERVER_ERROR and is reported. */
export const answerError = (ctx: Context, error: unknown, requestId: string): void => {
  if (error instanceof RefusedByFault) return answerRefusal(ctx, error.refusal, requestId);
  if (!(error instanceof PlaidApiError)) ctx.app.emit('error', error, ctx);
  const failure = error instanceof PlaidApiError ? error : new PlaidApiError('INTERNAL_SERVER_ERROR');
  ctx.status = ERRORS[failure.code].status;
  if (failure.retryAfterSeconds !== null) ctx.set('Retry-After', String(failure.retryAfterSeconds));
  answerJson(ctx, { ...errorBody(failure.code, failure.reason, failure.message), request_id: requestId });
};

/** Sends the headers of the whole answer and a part of its body, then cuts the connection. */
const cutAnswer = (ctx: Context, text: string, after: number): void => {
  ctx.respond = false;
  const bytes = Buffer.from(text);
  ctx.res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': bytes.length });
  ctx.res.write(bytes.subarray(0, Math.min(after, bytes.length - 1)), () => ctx.res.destroy());
};

const sendAnswer = (
  { faults }: BankContext,
  ctx: Context,
  moment: RequestMoment,
  result: object | JsonText,
) => {
  let text = result instanceof JsonText ? result.text : JSON.stringify(result);
  for (const effect of faults.fire('answer', moment)) {
    if ('cutAfter' in effect) return cutAnswer(ctx, text, effect.cutAfter(text));
    text = effect.rewrite(text);
  }
  answerJson(ctx, new JsonText(text));
};

const takeFromLimits = ({ rateLimits }: BankContext, moment: RequestMoment, body: Json): void => {
  const waitMs = rateLimits.take({
    endpoint: moment.endpoint,
    clientId: moment.clientId,
    itemId: moment.item?.itemId ?? null,
    emptyCursor: moment.endpoint === '/transactions/sync' && !body['cursor'],
  });
  if (waitMs === null) return;
  const failure = new PlaidApiError(limitCode(moment.endpoint));
  if (rateLimits.settings.retryAfter) failure.retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  throw failure;
};

/** Serves one of Plaid's endpoints: limits, faults, the answer, and the faults of its way back. */
export const plaidHandler =
  (
    { context, keys, latency }: { context: BankContext; keys: SigningKeys; latency: { ms: number } },
    endpoint: Endpoint,
  ) =>
  async (ctx: Context): Promise<void> => {
    const requestId = String(ctx.state['requestId']);
    if (latency.ms > 0) await sleep(latency.ms);
    try {
      const body = await readJsonObject(ctx.req);
      const credentials = {
        clientId: headerOf(ctx, 'PLAID-CLIENT-ID'),
        secret: headerOf(ctx, 'PLAID-SECRET'),
      };
      const clientId = body['client_id'] ?? credentials.clientId;
      const moment: RequestMoment = {
        endpoint: endpoint.path,
        clientId: typeof clientId === 'string' ? clientId : null,
        item: context.store.itemByAccessToken(String(body['access_token'])),
      };
      takeFromLimits(context, moment, body);
      for (const effect of context.faults.fire('request', moment)) {
        // The wait ends with the process at the latest.
        if ('waitMs' in effect) await sleep(effect.waitMs, undefined, { ref: false });
        else context.store.atomically(() => refuse(context, moment, effect.refusal));
      }
      sendAnswer(
        context,
        ctx,
        moment,
        answerCall(endpoint, { context, keys, requestId, body, moment }, credentials),
      );
    } catch (error) {
      answerError(ctx, error, requestId);
    }
  };
