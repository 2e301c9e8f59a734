import { importJWK, type CryptoKey } from 'jose';
import type { JWKPublicKey } from 'plaid';
import { PlaidError } from './plaid-error.js';
import type { PlaidCredentials, PlaidGateway } from './plaid-api.js';

/** Whose webhook it is: key ids belong to an environment, calls for them are made with the integration's own keys. */
export interface KeySource {
  baseUrl: string;
  clientId: string;
  /** Opens the secret; called only when Plaid has to be asked. */
  credentials(): PlaidCredentials;
}

export type KeyAnswer =
  | { kind: 'key'; key: CryptoKey }
  /** Plaid has set `expired_at`: whoever signs with it is not Plaid. */
  | { kind: 'expired' }
  /** Plaid says that there is no such key. */
  | { kind: 'unknown' }
  /** Plaid did not answer, refused the integration's keys, or was asked too often: nothing is known about the key. */
  | { kind: 'unavailable'; retryAfterMs: number };

/** Plaid's webhook verification keys (plaid.com/docs/api/webhooks/webhook-verification), shared by all integrations of a process. */
export interface WebhookKeyCache {
  get(source: KeySource, keyId: string): Promise<KeyAnswer>;
}

export interface WebhookKeyCacheDeps {
  gateway: PlaidGateway;
  /** Longest wait for Plaid while the sender of the webhook waits; Plaid gives up after 10 s. */
  timeoutMs: number;
  now?: () => number;
}

/** After this age a key is fetched again beside its use, so that its expiry is noticed; after the second it is not used any more. */
const REFRESH_AFTER_MS = 3_600_000;
const UNUSABLE_AFTER_MS = 6 * 3_600_000;
const UNKNOWN_FOR_MS = 60_000;
const MAX_KEYS = 1_000;
const MAX_UNKNOWN = 10_000;
/** Anyone can send invented key ids; each costs a call to Plaid out of the integration's rate limit. */
const FETCHES_PER_MINUTE = 60;
const RETRY_AFTER_MS = 30_000;

interface Entry {
  answer: Extract<KeyAnswer, { kind: 'key' | 'expired' }>;
  fetchedAt: number;
}

/** The oldest entries go first: a Map keeps insertion order. */
function setBounded<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}

async function readKey(jwk: JWKPublicKey, keyId: string): Promise<Entry['answer'] | null> {
  if (jwk.kid !== keyId || jwk.kty !== 'EC' || jwk.crv !== 'P-256' || jwk.alg !== 'ES256') return null;
  if (jwk.expired_at !== null && jwk.expired_at !== undefined) return { kind: 'expired' };
  const { kty, crv, x, y } = jwk;
  const key = await importJWK({ kty, crv, x, y }, 'ES256');
  return key instanceof Uint8Array ? null : { kind: 'key', key };
}

export function createWebhookKeyCache({
  gateway,
  timeoutMs,
  now = Date.now,
}: WebhookKeyCacheDeps): WebhookKeyCache {
  const known = new Map<string, Entry>();
  const unknownUntil = new Map<string, number>();
  const underWay = new Map<string, Promise<KeyAnswer>>();
  const fetches = new Map<string, { windowStart: number; count: number }>();

  const mapKey = (source: KeySource, keyId: string): string => `${source.baseUrl} ${keyId}`;

  const mayFetch = (source: KeySource): boolean => {
    const budgetKey = `${source.baseUrl} ${source.clientId}`;
    const budget = fetches.get(budgetKey);
    if (!budget || now() - budget.windowStart >= 60_000) {
      setBounded(fetches, budgetKey, { windowStart: now(), count: 1 }, MAX_KEYS);
      return true;
    }
    budget.count += 1;
    return budget.count <= FETCHES_PER_MINUTE;
  };

  const fetchKey = async (source: KeySource, keyId: string): Promise<KeyAnswer> => {
    // Outside of the try: a missing encryption key is the operator's, and must be seen.
    const credentials = source.credentials();
    try {
      const jwk = await gateway(credentials).getWebhookVerificationKey(keyId, { timeoutMs });
      const answer = await readKey(jwk, keyId);
      if (answer === null) return { kind: 'unavailable', retryAfterMs: RETRY_AFTER_MS };
      setBounded(known, mapKey(source, keyId), { answer, fetchedAt: now() }, MAX_KEYS);
      return answer;
    } catch (error) {
      // INVALID_WEBHOOK_VERIFICATION_KEY_ID, and whatever else Plaid may say of a malformed id.
      if (error instanceof PlaidError && error.errorClass === 'bug') {
        known.delete(mapKey(source, keyId));
        setBounded(unknownUntil, mapKey(source, keyId), now() + UNKNOWN_FOR_MS, MAX_UNKNOWN);
        return { kind: 'unknown' };
      }
      const told = error instanceof PlaidError ? error.retryAfterMs : null;
      return { kind: 'unavailable', retryAfterMs: told ?? RETRY_AFTER_MS };
    }
  };

  const fetchOnce = (source: KeySource, keyId: string): Promise<KeyAnswer> => {
    const key = mapKey(source, keyId);
    const running = underWay.get(key);
    if (running) return running;
    const started = fetchKey(source, keyId).finally(() => underWay.delete(key));
    underWay.set(key, started);
    return started;
  };

  const refresh = (source: KeySource, keyId: string): void => {
    fetchOnce(source, keyId).catch(() => undefined);
  };

  /** A key that was not known before means a rotation: the others may have expired by it. */
  const refreshOthers = (source: KeySource, newKeyId: string): void => {
    const prefix = mapKey(source, '');
    for (const [key, { answer }] of known) {
      const keyId = key.slice(prefix.length);
      if (key.startsWith(prefix) && keyId !== newKeyId && answer.kind === 'key') refresh(source, keyId);
    }
  };

  return {
    async get(source, keyId) {
      const key = mapKey(source, keyId);
      const entry = known.get(key);
      const age = entry ? now() - entry.fetchedAt : 0;
      if (entry && age < UNUSABLE_AFTER_MS) {
        if (age >= REFRESH_AFTER_MS && entry.answer.kind === 'key') refresh(source, keyId);
        return entry.answer;
      }
      if ((unknownUntil.get(key) ?? 0) > now()) return { kind: 'unknown' };
      if (!underWay.has(key) && !entry && !mayFetch(source))
        return { kind: 'unavailable', retryAfterMs: RETRY_AFTER_MS };
      const answer = await fetchOnce(source, keyId);
      if (!entry && answer.kind === 'key') refreshOthers(source, keyId);
      return answer;
    },
  };
}
