import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import type { SigningKey } from '../model/delivery.js';
import type { Store } from '../model/store.js';

/** A webhook as it is sent. */
export interface SignedWebhook {
  kid: string;
  /** The `Plaid-Verification` header; "" leaves it out. */
  verification: string;
  body: string;
}

export interface SigningKeys {
  /**
   * Signs the exact text that is sent: an ES256 JWT over `{iat, request_body_sha256}`. `iat` is real time, not the
   * virtual clock's, because whoever verifies it lives in real time.
   */
  sign(body: string): Promise<SignedWebhook>;
  /** A new key signs from now on; those before it get `expired_at`. */
  rotate(): Promise<SigningKey>;
  find(kid: string): SigningKey | null;
  /** The key that signs now. */
  current(): SigningKey;
  /** A key that expired an hour ago; it is served with its `expired_at`. */
  expired(): Promise<SigningKey>;
  /** A key that is not served. */
  unknown(): Promise<SigningKey>;
}

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

const realSeconds = (): number => Math.floor(Date.now() / 1000);

const generateKey = async (): Promise<SigningKey> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const { kty, crv, x, y, d } = await exportJWK(privateKey);
  if (kty === undefined || crv === undefined || x === undefined || y === undefined || d === undefined)
    throw new Error(`incomplete ES256 key of type ${publicKey.type}`);
  const publicJwk = { kty, crv, x, y };
  return {
    kid: randomUUID(),
    createdAt: realSeconds(),
    expiredAt: null,
    publicJwk,
    privateJwk: { ...publicJwk, d },
  };
};

/** The keys of the store; makes the first one when there is none. */
export const createSigningKeys = async (store: Store): Promise<SigningKeys> => {
  const rotate = async (): Promise<SigningKey> => {
    const next = await generateKey();
    store.atomically(() => {
      for (const key of store.keys)
        if (key.expiredAt === null) store.save({ kind: 'key', value: { ...key, expiredAt: next.createdAt } });
      store.save({ kind: 'key', value: next });
    });
    return next;
  };
  if (store.keys.length === 0) await rotate();
  const current = (): SigningKey => store.keys.findLast(({ expiredAt }) => expiredAt === null) as SigningKey;
  const longExpired = ({ expiredAt }: SigningKey): boolean =>
    expiredAt !== null && expiredAt <= realSeconds() - HOUR_SECONDS;

  return {
    sign: async (body) => {
      const key = current();
      const verification = await new SignJWT({
        request_body_sha256: createHash('sha256').update(body).digest('hex'),
      })
        .setProtectedHeader({ alg: 'ES256', kid: key.kid, typ: 'JWT' })
        .setIssuedAt(realSeconds())
        .sign(await importJWK(key.privateJwk, 'ES256'));
      return { kid: key.kid, verification, body };
    },
    rotate,
    find: (kid) => store.keys.find((key) => key.kid === kid) ?? null,
    current,
    expired: async () => {
      const known = store.keys.find(longExpired);
      if (known !== undefined) return known;
      const at = realSeconds();
      const value = { ...(await generateKey()), createdAt: at - DAY_SECONDS, expiredAt: at - HOUR_SECONDS };
      store.save({ kind: 'key', value });
      return value;
    },
    unknown: generateKey,
  };
};
