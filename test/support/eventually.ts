import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until `holds` answers true; its last error is told when it never does. */
export async function eventually(
  what: string,
  holds: () => Promise<boolean> | boolean,
  withinMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  let reason = '';
  for (;;) {
    try {
      if (await holds()) return;
    } catch (error) {
      reason = `: ${String(error)}`;
    }
    if (Date.now() > deadline) throw new Error(`did not happen within ${withinMs} ms: ${what}${reason}`);
    await sleep(20);
  }
}
