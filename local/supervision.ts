import { setTimeout as sleep } from 'node:timers/promises';

/** A part that runs right now. */
export interface RunningPart {
  /** Settles, never rejects, with how it ended: "code 1", "signal SIGKILL". */
  exited: Promise<string>;
  /** Ends it gracefully and waits. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

export interface Part {
  /** As in logs and messages: `api`, `worker`. */
  name: string;
  /** @throws when it cannot be started */
  start(): Promise<RunningPart> | RunningPart;
  /** Asked until it says yes, after each start. */
  isHealthy(): Promise<boolean>;
  /** What it said before it ended, for the console. */
  lastWords?(): string;
}

export interface SupervisedPart {
  name: string;
  /** Settles at the first good health. @throws when the part does not get there */
  started: Promise<void>;
  stop(): Promise<void>;
  kill(): void;
}

export interface Timing {
  /** The wait before the first restart; doubles with each failure. */
  firstWaitMs: number;
  longestWaitMs: number;
  /** A part that was up this long starts at the first wait again. */
  stableAfterMs: number;
  /** How long a first start may take until it is healthy. */
  startTimeoutMs: number;
  /** A part that was never healthy is given up after this many starts. */
  firstAttempts: number;
  pollMs: number;
}

const TIMING: Timing = {
  firstWaitMs: 1_000,
  longestWaitMs: 30_000,
  stableAfterMs: 60_000,
  startTimeoutMs: 90_000,
  firstAttempts: 3,
  pollMs: 200,
};

const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(1))} s`;

/**
 * Keeps one part running until it is stopped: restarts it when it dies, waiting longer each time, and says so.
 */
export const supervise = (
  part: Part,
  print: (line: string) => void,
  timing: Timing = TIMING,
): SupervisedPart => {
  const stopping = new AbortController();
  let running: RunningPart | undefined;
  let wasHealthy = false;

  /** Answers true when healthy, false when it ended first or stopping began. */
  const becomesHealthy = async (current: RunningPart): Promise<boolean> => {
    let ended = false;
    void current.exited.then(() => (ended = true));
    const deadline = Date.now() + timing.startTimeoutMs;
    while (!ended && !stopping.signal.aborted) {
      if (await part.isHealthy()) return !ended;
      if (!wasHealthy && Date.now() > deadline)
        throw new Error(`${part.name} was not ready within ${seconds(timing.startTimeoutMs)}.`);
      await sleep(timing.pollMs);
    }
    return false;
  };

  const runOnce = async (onHealthy: () => void): Promise<string> => {
    try {
      running = await part.start();
    } catch (error) {
      if (!wasHealthy) throw error; // a wrong setting or folder, not an accident: trying again does not help
      return `did not start: ${error instanceof Error ? error.message : String(error)}`;
    }
    // Stopped while it was starting: nobody else knows of it yet.
    if (stopping.signal.aborted) await running.stop();
    else if (await becomesHealthy(running)) {
      if (wasHealthy) print(`${part.name} is back.`);
      wasHealthy = true;
      onHealthy();
    }
    const ending = await running.exited;
    running = undefined;
    return `exited with ${ending}`;
  };

  const run = async (onHealthy: () => void): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const begun = Date.now();
      const ending = await runOnce(onHealthy);
      if (stopping.signal.aborted) return;
      failures = Date.now() - begun > timing.stableAfterMs ? 1 : failures + 1;
      const words = part.lastWords?.() ?? '';
      const said = words === '' ? '' : `\n${words}`;
      if (!wasHealthy && failures >= timing.firstAttempts)
        throw new Error(`${part.name} does not start: it ${ending}.${said}`);
      const waitMs = Math.min(timing.firstWaitMs * 2 ** (failures - 1), timing.longestWaitMs);
      print(`${part.name} ${ending}, restarting in ${seconds(waitMs)}.${said}`);
      await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  let finished: Promise<void> = Promise.resolve();
  const started = new Promise<void>((resolve, reject) => {
    finished = run(resolve).catch((error: unknown) => {
      reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
  started.catch(() => undefined); // whoever waits for it is told; nobody may be waiting any more

  return {
    name: part.name,
    started,
    async stop() {
      stopping.abort();
      await running?.stop();
      await finished;
    },
    kill: () => running?.kill(),
  };
};
