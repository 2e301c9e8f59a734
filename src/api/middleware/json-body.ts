import type { Context } from 'koa';
import getRawBody from 'raw-body';
import { AppError } from '../../domain/errors.js';

/** Bodies of the API are small; bulk data comes from Plaid, not from callers. */
export const LARGEST_BODY_BYTES = 1_048_576;

const unsupported = (): AppError => new AppError('request.unsupported_media_type');

async function readBytes(ctx: Context): Promise<Buffer> {
  try {
    return await getRawBody(ctx.req, {
      limit: LARGEST_BODY_BYTES,
      length: ctx.get('content-length') || null,
    });
  } catch (error) {
    const type = (error as { type?: string }).type;
    if (type === 'entity.too.large') {
      // The rest of the body is not read: the connection cannot be used again.
      ctx.set('connection', 'close');
      throw new AppError('request.too_large', {
        description: `The body must not be larger than ${LARGEST_BODY_BYTES} bytes.`,
      });
    }
    throw new AppError('request.malformed_json', { description: 'The body did not arrive completely.' });
  }
}

function parse(bytes: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new AppError('request.malformed_json', { description: 'The body is not UTF-8.' });
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may hold a secret.
    throw new AppError('request.malformed_json', { description: 'The body is not well-formed JSON.' });
  }
}

/** The request's body parsed from JSON. An empty one is `{}` where that is allowed. */
export async function readJsonBody(ctx: Context, { optional }: { optional: boolean }): Promise<unknown> {
  const bytes = await readBytes(ctx);
  if (bytes.length === 0) {
    if (optional) return {};
    throw new AppError('request.malformed_json', { description: 'The body is empty.' });
  }
  if (!ctx.is('json', '+json')) throw unsupported();
  if ((ctx.get('content-encoding') || 'identity') !== 'identity') throw unsupported();
  return parse(bytes);
}
