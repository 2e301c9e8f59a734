import { createHash, timingSafeEqual } from 'node:crypto';
import { importJWK, jwtVerify, type CryptoKey, type JWK } from 'jose';
import Koa from 'koa';
import pg from 'pg';
import getRawBody from 'raw-body';
import { readFloorConfig } from '../config.js';

// The least that an honest webhook receiver does: the signature, the digest of the body, one row, 200. It knows neither
// Items nor duplicates, keeps no log, and owes nobody a signal.
const { port, databaseUrl, keyServerUrl } = readFloorConfig('port', 'databaseUrl', 'keyServerUrl');
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
const response = await fetch(`${keyServerUrl}/webhook_verification_key/get`, { method: 'POST', body: '{}' });
const { key: jwk } = (await response.json()) as { key: JWK };
const key = (await importJWK(jwk, 'ES256')) as CryptoKey;

const app = new Koa();
app.use(async (ctx) => {
  if (ctx.method === 'GET') {
    ctx.body = 'ok';
    return;
  }
  const body = await getRawBody(ctx.req);
  const { payload } = await jwtVerify(ctx.get('plaid-verification'), key, {
    algorithms: ['ES256'],
    maxTokenAge: '5 minutes',
  });
  const digest = createHash('sha256').update(body).digest();
  if (!timingSafeEqual(digest, Buffer.from(String(payload['request_body_sha256']), 'hex'))) ctx.throw(401);
  await pool.query('insert into bench_webhooks (body, headers) values ($1, $2)', [
    body,
    JSON.stringify({ 'plaid-verification': ctx.get('plaid-verification') }),
  ]);
  ctx.body = { received: true };
});
app.listen(port, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
