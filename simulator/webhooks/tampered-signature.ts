import { createHash } from 'node:crypto';
import { generateKeyPair, importJWK, SignJWT } from 'jose';
import type { Tampering } from '../faults/fault.js';
import type { SigningKey } from '../model/delivery.js';
import type { SignedWebhook, SigningKeys } from './signing-keys.js';

type RsaKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

let rsaKey: Promise<RsaKey> | null = null;

const rsaPrivateKey = (): Promise<RsaKey> =>
  (rsaKey ??= generateKeyPair('RS256').then(({ privateKey }) => privateKey));

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const token = async (
  key: SigningKey,
  claims: { iat: number; request_body_sha256: string },
  algorithm: NonNullable<Tampering['algorithm']> | 'ES256',
): Promise<string> => {
  const header = { alg: algorithm, kid: key.kid, typ: 'JWT' };
  switch (algorithm) {
    case 'none':
      return `${encoded(header)}.${encoded(claims)}.`;
    case 'HS256':
      return new SignJWT(claims)
        .setProtectedHeader(header)
        .sign(new TextEncoder().encode(JSON.stringify(key.publicJwk)));
    case 'RS256':
      return new SignJWT(claims).setProtectedHeader(header).sign(await rsaPrivateKey());
    case 'ES256':
      return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(key.privateJwk, 'ES256'));
  }
};

const keyOf = (keys: SigningKeys, which: Tampering['key']): Promise<SigningKey> | SigningKey => {
  switch (which) {
    case 'expired':
      return keys.expired();
    case 'unknown':
      return keys.unknown();
    case undefined:
      return keys.current();
  }
};

/** Signs a webhook as a fault wants it. */
export const signTampered = async (
  keys: SigningKeys,
  body: string,
  tampering: Tampering,
): Promise<SignedWebhook> => {
  if (tampering.unsigned === true) return { kid: '', verification: '', body };
  const key = await keyOf(keys, tampering.key);
  const claims = {
    iat: Math.floor(Date.now() / 1000) + (tampering.iatShift ?? 0),
    request_body_sha256: createHash('sha256').update(body).digest('hex'),
  };
  const verification = await token(key, claims, tampering.algorithm ?? 'ES256');
  return { kid: key.kid, verification, body: tampering.body?.(body) ?? body };
};
