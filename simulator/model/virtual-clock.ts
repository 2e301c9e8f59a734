import { HOUR_MS } from './calendar.js';

export interface ClockState {
  /** How far the virtual clock is ahead of the real one, while it runs. */
  offsetMs: number;
  /** The instant at which it stands still, or null while it runs. */
  frozenAt: number | null;
}

type Task = () => void | Promise<void>;

/**
 * A clock that runs with real time, can be frozen and can be moved forward. Tasks run when their instant is
 * reached; `advance` runs all that lie between, in their order, each with the clock standing at its instant.
 */
export interface VirtualClock {
  now(): number;
  readonly frozen: boolean;
  /** Runs the task once `at` is reached; at once if it has passed. The task itself checks whether it still applies. */
  schedule(at: number, task: Task): void;
  /** Moves the clock and resolves when every task that fell due, and every task under way, has ended. */
  advance(ms: number): Promise<void>;
  freeze(at?: number): void;
  resume(): void;
  close(): Promise<void>;
}

interface Scheduled {
  at: number;
  task: Task;
}

/** @param onChange is told of each change of the clock's state, so that it survives a restart. */
export const createVirtualClock = (
  initial: ClockState,
  onChange: (state: ClockState) => void,
): VirtualClock => {
  const state = { ...initial };
  // Sorted by instant; tasks of one instant stay in the order in which they were scheduled.
  const queue: Scheduled[] = [];
  const running = new Set<Promise<void>>();
  let stepAt: number | null = null;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  let advancing: Promise<void> = Promise.resolve();

  const now = (): number => stepAt ?? state.frozenAt ?? Date.now() + state.offsetMs;

  const start = (task: Task): void => {
    const run: Promise<void> = Promise.resolve()
      .then(task)
      .finally(() => running.delete(run));
    running.add(run);
  };

  const pump = (): void => {
    timer = null;
    if (closed || stepAt !== null) return;
    while (queue[0] !== undefined && queue[0].at <= now()) start((queue.shift() as Scheduled).task);
    arm();
  };

  const arm = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const first = queue[0];
    if (closed || stepAt !== null || first === undefined) return;
    if (state.frozenAt !== null && first.at > state.frozenAt) return;
    timer = setTimeout(pump, Math.min(Math.max(0, first.at - now()), HOUR_MS));
  };

  const schedule = (at: number, task: Task): void => {
    if (closed) return;
    let index = queue.length;
    while (index > 0 && (queue[index - 1] as Scheduled).at > at) index--;
    queue.splice(index, 0, { at, task });
    if (index === 0) arm();
  };

  const settle = async (): Promise<void> => {
    while (running.size > 0) await Promise.all(running);
  };

  const step = async (ms: number): Promise<void> => {
    const target = now() + ms;
    stepAt = now();
    try {
      await settle();
      while (queue[0] !== undefined && queue[0].at <= target) {
        stepAt = Math.max(stepAt, queue[0].at);
        while (queue[0] !== undefined && queue[0].at <= stepAt) start((queue.shift() as Scheduled).task);
        await settle();
      }
    } finally {
      stepAt = null;
      if (state.frozenAt !== null) state.frozenAt = target;
      else state.offsetMs = target - Date.now();
      onChange({ ...state });
      arm();
    }
  };

  return {
    now,
    get frozen() {
      return state.frozenAt !== null;
    },
    schedule,
    advance: (ms) => {
      advancing = advancing.then(() => step(ms));
      return advancing;
    },
    freeze: (at) => {
      state.frozenAt = at ?? now();
      onChange({ ...state });
      arm();
    },
    resume: () => {
      if (state.frozenAt !== null) state.offsetMs = state.frozenAt - Date.now();
      state.frozenAt = null;
      onChange({ ...state });
      arm();
    },
    close: async () => {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      await settle();
    },
  };
};
