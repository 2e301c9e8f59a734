import { createHash, timingSafeEqual } from 'node:crypto';
import { compactVerify, decodeProtectedHeader, errors } from 'jose';
import type { KeySource, WebhookKeyCache } from './webhook-key-cache.js';

export type RejectionReason =
  | 'header_missing'
  | 'header_malformed'
  | 'algorithm_not_allowed'
  | 'key_id_missing'
  | 'key_unknown'
  | 'key_expired'
  | 'signature_invalid'
  | 'claims_malformed'
  | 'body_mismatch'
  | 'issued_in_future';

export type VerificationOutcome =
  | {
      kind: 'verified';
      /** SHA-256 of the JWT's header and payload: the same JWT is the same delivery. */
      jwtHash: Buffer;
    }
  /** Signature and body are Plaid's, the age is not acceptable as proof of freshness: good for a hint only. */
  | { kind: 'stale'; jwtHash: Buffer; ageMs: number }
  | { kind: 'rejected'; reason: RejectionReason }
  | { kind: 'key_unavailable'; retryAfterMs: number };

export interface WebhookToVerify {
  source: KeySource;
  /** The value of `Plaid-Verification`, if there is one. */
  verification: string | undefined;
  /** The bytes as received; parsing and serialising again breaks the hash. */
  body: Buffer;
}

export type WebhookVerifier = (webhook: WebhookToVerify) => Promise<VerificationOutcome>;

export interface WebhookVerifierDeps {
  keys: WebhookKeyCache;
  now?: () => number;
}

/** Plaid's own limit. */
const LONGEST_AGE_MS = 5 * 60_000;
/** For clocks that differ. */
const SKEW_MS = 60_000;
const LONGEST_KEY_ID = 200;

interface Claims {
  issuedAtMs: number;
  bodySha256: Buffer;
}

function readClaims(payload: Uint8Array): Claims | null {
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return null;
  }
  if (typeof claims !== 'object' || claims === null) return null;
  const { iat, request_body_sha256: hash } = claims as Record<string, unknown>;
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return null;
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/i.test(hash)) return null;
  return { issuedAtMs: iat * 1_000, bodySha256: Buffer.from(hash, 'hex') };
}

/** The key id of a token that is worth verifying, or why it is not. The algorithm comes before everything else. */
function readKeyId(token: string): { keyId: string } | { reason: RejectionReason } {
  let header: ReturnType<typeof decodeProtectedHeader>;
  try {
    header = decodeProtectedHeader(token);
  } catch {
    return { reason: 'header_malformed' };
  }
  if (header.alg !== 'ES256') return { reason: 'algorithm_not_allowed' };
  const { kid } = header;
  if (typeof kid !== 'string' || kid === '' || kid.length > LONGEST_KEY_ID)
    return { reason: 'key_id_missing' };
  return { keyId: kid };
}

const rejected = (reason: RejectionReason): VerificationOutcome => ({ kind: 'rejected', reason });

/**
 * Verifies a webhook by the rules of plaid.com/docs/api/webhooks/webhook-verification. Never throws for what a sender
 * can cause. The order of the checks is the order of their cost; nothing of the payload is believed before the signature.
 */
export function createWebhookVerifier({ keys, now = Date.now }: WebhookVerifierDeps): WebhookVerifier {
  return async ({ source, verification, body }) => {
    if (verification === undefined || verification === '') return rejected('header_missing');
    const token = verification.trim();
    const parts = token.split('.');
    if (parts.length !== 3) return rejected('header_malformed');
    const read = readKeyId(token);
    if ('reason' in read) return rejected(read.reason);

    const answer = await keys.get(source, read.keyId);
    if (answer.kind === 'unavailable') return { kind: 'key_unavailable', retryAfterMs: answer.retryAfterMs };
    if (answer.kind === 'unknown') return rejected('key_unknown');
    if (answer.kind === 'expired') return rejected('key_expired');

    let payload: Uint8Array;
    try {
      ({ payload } = await compactVerify(token, answer.key, { algorithms: ['ES256'] }));
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      return rejected(error instanceof errors.JWSInvalid ? 'header_malformed' : 'signature_invalid');
    }

    const claims = readClaims(payload);
    if (claims === null) return rejected('claims_malformed');
    if (!timingSafeEqual(createHash('sha256').update(body).digest(), claims.bodySha256))
      return rejected('body_mismatch');
    const ageMs = now() - claims.issuedAtMs;
    if (ageMs < -SKEW_MS) return rejected('issued_in_future');

    const jwtHash = createHash('sha256').update(`${parts[0]}.${parts[1]}`).digest();
    return ageMs > LONGEST_AGE_MS ? { kind: 'stale', jwtHash, ageMs } : { kind: 'verified', jwtHash };
  };
}
