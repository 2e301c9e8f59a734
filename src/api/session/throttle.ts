import { createHash } from 'node:crypto';
import type { LoginBucket, LoginBucketQueries } from '../../db/queries/login-buckets.js';
import { AppError } from '../../domain/errors.js';
import type { Pace } from '../../domain/gcra.js';

const every = (seconds: number, atOnce: number): Pace => ({
  intervalUs: seconds * 1_000_000,
  toleranceUs: (atOnce - 1) * seconds * 1_000_000,
});

/** Of one account, from all addresses together: 1,440 guesses a day at most, which no password of 12 characters falls to. */
const PER_ACCOUNT = every(60, 10);
/** Of one address, at all accounts together: an office may share one. */
const PER_ADDRESS = every(10, 30);

export interface Attempt {
  /** It was the right password: what was counted of it is forgotten. */
  succeeded(): Promise<void>;
}

/** Slows guessing down, and locks nobody out: there is always a next attempt within a minute. */
export interface LoginThrottle {
  /** Before the user is looked for. Throws `session.too_many_attempts`, like all of these. */
  fromAddress(address: string): Promise<Attempt>;
  /** `known`: the user has logged in from this address before, and strangers' failures do not hold them up. */
  atAccount(email: string, address: string, known: boolean): Promise<Attempt>;
  /** Of a user who has a session. */
  confirmation(userId: string): Promise<Attempt>;
}

const digest = (...parts: string[]): Buffer => createHash('sha256').update(parts.join('\0')).digest();

/** Tells addresses from which a user has logged in; worthless without knowing user and address. */
export const addressHash = (address: string): Buffer => digest('known', address);

export function createLoginThrottle(buckets: LoginBucketQueries): LoginThrottle {
  const take = async (bucket: LoginBucket): Promise<void> => {
    const waitMs = await buckets.take(bucket);
    if (waitMs > 0)
      throw new AppError('session.too_many_attempts', { retryAfterSeconds: Math.ceil(waitMs / 1_000) });
  };
  const ofOne = async (key: Buffer): Promise<Attempt> => {
    await take({ key, pace: PER_ACCOUNT });
    return { succeeded: () => buckets.clear(key) };
  };
  return {
    async fromAddress(address) {
      const bucket = { key: digest('address', address), pace: PER_ADDRESS };
      await take(bucket);
      return { succeeded: () => buckets.giveBack(bucket) };
    },
    atAccount: (email, address, known) =>
      ofOne(known ? digest('account', email.toLowerCase(), address) : digest('account', email.toLowerCase())),
    confirmation: (userId) => ofOne(digest('confirmation', userId)),
  };
}
