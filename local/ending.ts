import type { SupervisedPart } from './supervision.js';

export interface EndingOptions {
  /** In the order in which they were started; filled while we watch. */
  parts: readonly SupervisedPart[];
  print: (line: string) => void;
  /** Also end when the parent does: a signal to npm ends npm and its shell, and leaves us. */
  underNpm: boolean;
  /** Run when everything has stopped. */
  afterwards: () => void;
}

export interface Ending {
  hasBegun(): boolean;
  /** Stops what runs and exits with 1. */
  fail(message: string): void;
}

/** A Ctrl-C reaches us twice under npm: from the terminal, and handed on by npm. */
const SAME_SIGNAL_MS = 1_000;
const FORCED_WITHIN_MS = 5_000;

/**
 * Ends the stack once, gracefully and in order (the reverse of the start: API, worker, simulator, Temporal, PostgreSQL),
 * on SIGINT, SIGTERM, SIGHUP or when npm has gone; a second signal forces it. Exits the process.
 */
export const createEnding = ({ parts, print, underNpm, afterwards }: EndingOptions): Ending => {
  let begunAt: number | undefined;

  const stopAll = async (): Promise<void> => {
    for (const part of parts.toReversed()) await part.stop();
    afterwards();
  };

  const begin = (exitCode: number): void => {
    begunAt = Date.now();
    stopAll().then(
      () => {
        print('Stopped.');
        process.exit(exitCode);
      },
      (error: unknown) => {
        print(`Could not stop everything: ${error instanceof Error ? error.message : String(error)}`);
        process.exit(1);
      },
    );
  };

  const force = (): void => {
    print('Forced: ending everything now.');
    for (const part of parts.toReversed()) part.kill();
    setTimeout(() => process.exit(1), FORCED_WITHIN_MS).unref();
  };

  const onSignal = (reason: string): void => {
    if (begunAt === undefined) {
      print(`${reason} Stopping everything; once more to force.`);
      begin(0);
    } else if (Date.now() - begunAt > SAME_SIGNAL_MS) force();
  };

  process.on('SIGINT', () => onSignal('Interrupted.'));
  process.on('SIGTERM', () => onSignal('Asked to end.'));
  process.on('SIGHUP', () => onSignal('The terminal is gone.'));
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined); // of a closed terminal
  if (underNpm) {
    const parent = process.ppid;
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      if (begunAt === undefined) onSignal('npm has ended.');
    }, 500);
  }

  return {
    hasBegun: () => begunAt !== undefined,
    fail(message) {
      console.error(message);
      begin(1);
    },
  };
};
