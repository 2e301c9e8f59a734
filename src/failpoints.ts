import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArmedFailpoint, FailpointName } from './config/failpoints.js';
import type { Logger } from './logger.js';

/** What an armed `error` throws: to the code around it any other unexpected failure. */
export class FailpointError extends Error {
  override readonly name = 'FailpointError';
}

let armed: readonly ArmedFailpoint[] = [];
const hits = new Map<FailpointName, number>();

/** Arms the failpoints of this process; never silently, because it will then fail on purpose. Replaces what was armed before. */
export function armFailpoints(points: readonly ArmedFailpoint[], logger: Logger): void {
  armed = points;
  hits.clear();
  if (points.length > 0)
    logger.warn({ failpoints: points }, 'FAILPOINTS is set: this process fails on purpose, for tests only');
}

/**
 * A place where the torture run makes the process die, wait or fail. Does nothing unless FAILPOINTS names it.
 * @throws FailpointError
 */
export async function failpoint(name: FailpointName): Promise<void> {
  if (armed.length === 0) return;
  const hit = (hits.get(name) ?? 0) + 1;
  hits.set(name, hit);
  for (const point of armed) {
    if (point.name !== name || (point.hit !== null && point.hit !== hit)) continue;
    await fire(point, hit);
  }
}

async function fire({ name, action }: ArmedFailpoint, hit: number): Promise<void> {
  // Written at once: the logger's buffer would die with the process.
  writeSync(2, `failpoint ${name}@${hit}: ${action.kind}\n`);
  switch (action.kind) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      // The signal is delivered at the next turn of the kernel's choice: nothing may go on meanwhile.
      return new Promise(() => undefined);
    case 'error':
      throw new FailpointError(`failpoint ${name}`);
    case 'delay':
      return sleep(action.ms);
  }
}
