import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from '../journal.js';
import { familyOf, signalAll, stopAndContinue, type Part, type PartKind } from './part.js';

/** One life of a program. */
export interface Life {
  /** Settles, never rejects, with how it ended. */
  exited: Promise<string>;
  /** Of the program itself; undefined when it is gone. */
  pid(): number | undefined;
  stop(): Promise<void>;
}

export interface RestartedOptions {
  name: string;
  kind: PartKind;
  /** Starts the n-th life, from 1. @throws when it does not start; it is tried again then */
  start(life: number): Promise<Life>;
  isReady(): Promise<boolean>;
  /** What an end that nobody ordered was; null: unexplained. */
  explain(life: number, exit: string): string | null;
  journal: Journal;
  /** Told of ends that nobody ordered and nothing explains. */
  onUnexplainedEnd: (what: string) => void;
}

const RESTART_AFTER_MS = 300;
const START_RETRY_MS = 500;
const READY_TIMEOUT_MS = 120_000;
/** A run without one of its programs proves nothing; a PostgreSQL that recovers takes a minute or two on a busy machine. */
const DOWN_TOO_LONG_MS = 240_000;

/** Keeps a program running as a supervisor would, and lets it be killed. */
export async function keepRunning(options: RestartedOptions): Promise<Part> {
  const { name, kind, journal } = options;
  let life = 0;
  let current: Life | null = null;
  let wanted = true;
  let ordered = false;
  let downMs = RESTART_AFTER_MS;

  const startOnce = async (): Promise<void> => {
    life += 1;
    current = await options.start(life);
    void watch(current, life);
  };
  const watch = async (watched: Life, number: number): Promise<void> => {
    const exit = await watched.exited;
    current = null;
    if (!wanted) return;
    if (ordered) ordered = false;
    else {
      const explained = options.explain(number, exit);
      journal.note(name, `ended (${exit})${explained === null ? '' : `: ${explained}`}`);
      if (explained === null) options.onUnexplainedEnd(`${name} ended by itself: ${exit}`);
      else journal.count(explained.startsWith('failpoint') ? `killed ${kind}` : `${name} ${explained}`);
    }
    const waitMs = downMs;
    downMs = RESTART_AFTER_MS;
    await sleep(waitMs);
    const downSince = performance.now();
    let isTold = false;
    while (wanted) {
      try {
        await startOnce();
        journal.note(name, `started, life ${life}`);
        return;
      } catch (error) {
        journal.note(name, `did not start: ${error instanceof Error ? error.message : String(error)}`);
        if (!isTold && performance.now() - downSince > DOWN_TOO_LONG_MS) {
          isTold = true;
          options.onUnexplainedEnd(`${name} has not come up for ${DOWN_TOO_LONG_MS / 1_000} s`);
        }
        await sleep(START_RETRY_MS);
      }
    }
  };
  const pids = (): number[] => {
    const pid = current?.pid();
    return pid === undefined ? [] : familyOf(pid);
  };

  await startOnce();
  return {
    name,
    kind,
    pids,
    async kill(forMs) {
      const victim = current;
      const pid = victim?.pid();
      if (victim === null || pid === undefined) return;
      // Stopped while its children are listed: one that it made meanwhile would outlive it, and PostgreSQL does not start
      // beside a backend of its former life.
      signalAll([pid], 'SIGSTOP');
      const family = familyOf(pid);
      ordered = true;
      downMs = forMs;
      journal.note(name, `SIGKILL, down for ${forMs} ms`);
      journal.count(`killed ${kind}`);
      signalAll(family, 'SIGKILL');
      await victim.exited;
    },
    pause(ms) {
      const family = pids();
      if (family.length === 0) return;
      journal.note(name, `SIGSTOP for ${ms} ms`);
      journal.count(`paused ${kind}`);
      stopAndContinue(family, ms);
    },
    async ready() {
      const deadline = Date.now() + READY_TIMEOUT_MS;
      while (!(await options.isReady().catch(() => false))) {
        if (Date.now() > deadline)
          throw new Error(`${name} is not ready after ${READY_TIMEOUT_MS / 1_000} s`);
        await sleep(100);
      }
    },
    async stop() {
      wanted = false;
      signalAll(pids(), 'SIGCONT');
      await current?.stop();
    },
  };
}
