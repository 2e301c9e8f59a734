import { hash, verify } from '@node-rs/argon2';
import { AppError } from './domain/errors.js';

/** OWASP's least for Argon2id (the package's default). Every stored password has these costs, and so has the check against none. */
const COSTS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Nobody's password: checking against it costs what a real check does, so that time does not tell who is a user. */
const NOBODY = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Each takes 19 MiB and a thread of the pool that files and DNS use too. */
const AT_ONCE = 2;
const MOST_WAITING = 32;
const RETRY_AFTER_SECONDS = 2;

export interface PasswordHasher {
  /** For storing. Throws `service.unavailable` when too many wait, like `verify`. */
  hash(password: string): Promise<string>;
  /** Whether it is the password of that hash; null stands for no such user, and takes as long. */
  verify(passwordHash: string | null, password: string): Promise<boolean>;
}

/** The same text typed on another keyboard may come in other code points. */
const normal = (password: string): string => password.normalize('NFC');

export function createPasswordHasher({ atOnce = AT_ONCE, mostWaiting = MOST_WAITING } = {}): PasswordHasher {
  const waiting: (() => void)[] = [];
  let running = 0;

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (waiting.length >= mostWaiting)
        throw new AppError('service.unavailable', {
          description: 'Too many people are logging in at once.',
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        });
      // The one that ends hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };

  return {
    hash: (password) => inTurn(() => hash(normal(password), COSTS)),
    verify: (passwordHash, password) =>
      inTurn(async () => {
        const same = await verify(passwordHash ?? NOBODY, normal(password));
        return same && passwordHash !== null;
      }),
  };
}
