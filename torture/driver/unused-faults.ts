import { firedByKind, type FaultKind } from './faults.js';
import type { Simulator } from './simulator.js';

/** A run of this length has no excuse for a kind of fault that it has not used. */
export const EVERY_FAULT_FROM_MINUTES = 10;

/** The kinds that were drawn and found nothing to act on, or were not drawn, late in a run. */
export interface UnusedFaults {
  /** One that some Item may have now; each is offered again while it has not acted. */
  take(): Promise<FaultKind | undefined>;
}

export const NOTHING_UNUSED: UnusedFaults = { take: () => Promise.resolve(undefined) };

/** Until then the plan alone decides. */
const FROM = 0.6;
/** What was set has so long to act before it is set on another Item. */
const ASKED_EVERY_MS = 20_000;

/** Nothing is offered before the late part of the inputs, nor in a run that need not use every kind. */
export function watchUnusedFaults({
  simulator,
  faults,
  begunAt,
  durationMs,
}: {
  simulator: Simulator;
  faults: readonly FaultKind[];
  begunAt: number;
  durationMs: number;
}): UnusedFaults {
  if (faults.length === 0 || durationMs < EVERY_FAULT_FROM_MINUTES * 60_000) return NOTHING_UNUSED;
  let offered: FaultKind[] = [];
  let askAt = begunAt + durationMs * FROM;
  return {
    async take() {
      const now = performance.now();
      if (offered.length === 0 && now >= askAt) {
        askAt = now + ASKED_EVERY_MS;
        const fired = await firedByKind(simulator);
        offered = faults.filter(({ kind }) => !fired[kind]);
      }
      return offered.shift();
    },
  };
}
