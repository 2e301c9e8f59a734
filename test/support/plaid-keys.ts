import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTHeaderParameters } from 'jose';

export interface PlaidKey {
  kid: string;
  privateKey: CryptoKey;
}

export interface SignOptions {
  key: PlaidKey;
  /** Seconds; now unless given. */
  iat?: number;
  header?: Partial<JWTHeaderParameters>;
  claims?: Record<string, unknown>;
}

/** A `Plaid-Verification` value for a body, as Plaid makes it. */
export const signWebhook = async (
  body: Buffer | string,
  { key, iat, header, claims }: SignOptions,
): Promise<string> =>
  new SignJWT({
    request_body_sha256: createHash('sha256').update(body).digest('hex'),
    ...(claims ?? { iat: iat ?? Math.floor(Date.now() / 1_000) }),
  })
    .setProtectedHeader({ alg: 'ES256', kid: key.kid, typ: 'JWT', ...header })
    .sign(key.privateKey);

export interface PlaidKeyServer {
  baseUrl: string;
  /** A new key that the server knows, or, with `published: false`, does not. */
  createKey(options?: { published?: boolean }): Promise<PlaidKey>;
  /** Sets `expired_at`. */
  expire(key: PlaidKey): void;
  /** Key ids in the order in which they were asked for. */
  asked: string[];
  /** Client ids that asked. */
  clients: string[];
  /** Until set back, every request goes here instead. */
  answerInstead: ((response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

export const plaidError = (error_type: string, error_code: string): string =>
  JSON.stringify({
    error_type,
    error_code,
    error_message: error_code,
    display_message: null,
    request_id: 'r',
  });

/** An HTTP server that answers Plaid's /webhook_verification_key/get, and can be told to misbehave. */
export const startPlaidKeyServer = async (): Promise<PlaidKeyServer> => {
  const jwks = new Map<string, Record<string, unknown>>();
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const { key_id } = JSON.parse(text) as { key_id: string };
      handle.asked.push(key_id);
      handle.clients.push(String(request.headers['plaid-client-id']));
      if (handle.answerInstead) {
        handle.answerInstead(response);
        return;
      }
      const key = jwks.get(key_id);
      response.writeHead(key ? 200 : 400, { 'content-type': 'application/json' });
      response.end(
        key
          ? JSON.stringify({ key, request_id: 'r' })
          : plaidError('INVALID_INPUT', 'INVALID_WEBHOOK_VERIFICATION_KEY_ID'),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const handle: PlaidKeyServer = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    clients: [],
    answerInstead: undefined,
    async createKey({ published = true } = {}) {
      const { privateKey, publicKey } = await generateKeyPair('ES256');
      const kid = randomUUID();
      if (published) {
        jwks.set(kid, {
          ...(await exportJWK(publicKey)),
          alg: 'ES256',
          use: 'sig',
          kid,
          created_at: Math.floor(Date.now() / 1_000),
          expired_at: null,
        });
      }
      return { kid, privateKey };
    },
    expire({ kid }) {
      jwks.get(kid)!.expired_at = Math.floor(Date.now() / 1_000);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return handle;
};

export const respondWith =
  (status: number, body: string): PlaidKeyServer['answerInstead'] =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
