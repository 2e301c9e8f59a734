/** Rules of waiting: pure arithmetic on milliseconds, so that every duration can be tested and configured. */

/** `first` doubled `count` times, at most `longest`. `count` 0 gives `first`. */
export function backoffMs(count: number, first: number, longest: number): number {
  return Math.min(first * 2 ** Math.min(count, 40), longest);
}

/** A number in [0, 1) that is always the same for a key: spreads the Items of a fleet without remembering anything. */
export function spread(key: string): number {
  // FNV-1a: enough to spread, not meant to be hard to guess.
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}

/** The interval between 90 % and 110 %, fixed per key. */
export function jittered(intervalMs: number, key: string): number {
  return Math.round(intervalMs * (0.9 + 0.2 * spread(key)));
}

export interface RestartRules {
  windowMs: number;
  minimum: number;
}

/**
 * Invariant I4: after a mutation during pagination an update is restarted from its first cursor at least `minimum` times
 * over at least `windowMs`; only then a full resync is due.
 */
export function restartsExhausted(
  restarts: number,
  sinceMs: number,
  nowMs: number,
  rules: RestartRules,
): boolean {
  return restarts >= rules.minimum && nowMs - sinceMs >= rules.windowMs;
}

/** Invariant I4: a full resync that lacks more rows than this must be confirmed by a second snapshot. */
export function needsConfirmation(missing: number, live: number): boolean {
  return missing > Math.max(50, live * 0.2);
}
