import { isIP } from 'node:net';
import type { Context } from 'koa';

/** An IPv6 customer has at least a /64 of addresses: they count as one. */
function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail = ''] = plain.toLowerCase().split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = plain.includes('::')
    ? Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
    : [];
  return [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}

/**
 * From where a request comes, for counting attempts. Of X-Forwarded-For only what our own proxies have added is believed: the
 * last `trustedProxies` entries, of which the first is the caller.
 */
export function callerAddress(ctx: Context, trustedProxies: number): string {
  const forwarded = ctx
    .get('x-forwarded-for')
    .split(',')
    .map((part) => part.trim());
  const told = trustedProxies === 0 ? undefined : forwarded.at(-trustedProxies);
  return network(told !== undefined && isIP(told) !== 0 ? told : (ctx.req.socket.remoteAddress ?? ''));
}
