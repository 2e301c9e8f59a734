import { readdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { violate, type CheckContext } from './check/context.js';
import type { Part } from './stack/part.js';
import type { Relay } from './stack/relay.js';

/** What one program holds at rest. */
export interface Holdings {
  /** Resident memory, MB. */
  memory: number;
  /** Open files and sockets; null where the system does not tell. */
  handles: number | null;
  /** Connections to PostgreSQL and to Temporal. */
  connections: number;
}

const memoryOf = (pid: number): number =>
  Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim()) / 1_024;

const handlesOf = (pid: number): number | null => {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return null;
  }
};

const holdingsOf = (part: Part, relays: readonly Relay[]): Holdings | null => {
  const [pid] = part.pids();
  if (pid === undefined) return null;
  return {
    memory: Math.round(memoryOf(pid)),
    handles: handlesOf(pid),
    connections: relays
      .filter(({ name }) => name.startsWith(`${part.name} to `))
      .reduce((sum, relay) => sum + relay.connections(), 0),
  };
};

/** Garbage is collected, and idle connections of callers are closed: after 65 s (src/api/server.ts). */
const REST_MS = 75_000;

/** What every API and worker holds once it has rested. */
export async function measure({ stack }: Pick<CheckContext, 'stack'>): Promise<Map<string, Holdings>> {
  await sleep(REST_MS);
  const held = new Map<string, Holdings>();
  for (const part of stack.parts) {
    if (part.kind !== 'api' && part.kind !== 'worker') continue;
    const holdings = holdingsOf(part, stack.relays);
    if (holdings !== null) held.set(part.name, holdings);
  }
  return held;
}

/** A heap that has grown in the first round need not shrink; one that grows again by half leaks. */
const MEMORY_FACTOR = 1.5;
/** A pool that happened to be smaller at the base line may have grown to its limit (DATABASE_POOL_MAX of the run). */
const SPARE = 12;

/** The same work done again leaves the programs with what they held before. */
export function compareHoldings(
  context: CheckContext,
  before: ReadonlyMap<string, Holdings>,
  after: ReadonlyMap<string, Holdings>,
): void {
  for (const [name, now] of after) {
    const base = before.get(name);
    if (base === undefined) continue;
    context.journal.note(name, `held ${JSON.stringify(base)}, holds ${JSON.stringify(now)}`);
    context.options.say(`${name}: ${JSON.stringify(base)} → ${JSON.stringify(now)}`);
    const grown =
      now.memory > base.memory * MEMORY_FACTOR ||
      now.connections > base.connections + SPARE ||
      (now.handles !== null && base.handles !== null && now.handles > base.handles + SPARE);
    if (grown)
      violate(
        context,
        'resources',
        `${name} held ${JSON.stringify(base)} after a round, and ${JSON.stringify(now)} after another`,
      );
  }
}
