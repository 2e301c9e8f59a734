import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from '../journal.js';
import type { Stack } from '../stack/stack.js';
import type { ChaosStep, Harm } from './plan.js';

async function harm(stack: Stack, journal: Journal, what: Harm): Promise<void> {
  switch (what.kind) {
    case 'kill':
      return stack.parts.find(({ name }) => name === what.part)?.kill(what.downMs);
    case 'pause':
      return stack.parts.find(({ name }) => name === what.part)?.pause(what.forMs);
    case 'cut':
    case 'stall':
    case 'refuse': {
      const relay = stack.relays[what.relay];
      if (relay === undefined) return;
      journal.count(`connections ${what.kind}`);
      if (what.kind === 'cut') journal.note(`relay ${relay.name}`, `cut ${relay.cut()} connections`);
      else {
        journal.note(`relay ${relay.name}`, `${what.kind} for ${what.forMs} ms`);
        relay[what.kind](what.forMs);
      }
    }
  }
}

/** Does each harm in its time; resolves after the last. */
export async function rage(
  stack: Stack,
  journal: Journal,
  steps: readonly ChaosStep[],
  begunAt: number,
): Promise<void> {
  for (const step of steps) {
    const waitMs = begunAt + step.atMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    await harm(stack, journal, step.harm);
  }
}
