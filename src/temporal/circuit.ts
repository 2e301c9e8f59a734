export interface CircuitOptions {
  /** Failures in a row that open it. */
  failuresToOpen: number;
  /** First pause; doubles with every failed trial. */
  firstPauseMs: number;
  longestPauseMs: number;
  now?: () => number;
}

/**
 * Remembers that the other side does not answer, so that callers wait once instead of once per call. After the pause
 * one trial call decides. All times are milliseconds.
 */
export interface Circuit {
  /** 0: call now; otherwise the time until a trial is due. Infinity while a trial is under way. */
  waitMs(): number;
  /** Tell it before each call, then of its end. */
  started(): void;
  succeeded(): void;
  failed(): void;
  isOpen(): boolean;
}

export function createCircuit({
  failuresToOpen,
  firstPauseMs,
  longestPauseMs,
  now = Date.now,
}: CircuitOptions): Circuit {
  let failures = 0;
  let pauseMs = firstPauseMs;
  let closedUntilTrial: number | null = null;
  let trial = false;

  return {
    waitMs() {
      if (closedUntilTrial === null) return 0;
      return trial ? Infinity : Math.max(0, closedUntilTrial - now());
    },
    started() {
      if (closedUntilTrial !== null) trial = true;
    },
    succeeded() {
      failures = 0;
      pauseMs = firstPauseMs;
      closedUntilTrial = null;
      trial = false;
    },
    failed() {
      failures += 1;
      if (closedUntilTrial !== null) {
        // Calls that were under way when it opened fail late; only the trial lengthens the pause.
        if (!trial) return;
        trial = false;
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      } else if (failures < failuresToOpen) return;
      closedUntilTrial = now() + pauseMs;
    },
    isOpen: () => closedUntilTrial !== null,
  };
}
