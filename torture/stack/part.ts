import { spawn, spawnSync } from 'node:child_process';

export type PartKind = 'worker' | 'api' | 'temporal' | 'postgres';

/** One of the stack's programs: it is started again whenever it ends, until it is stopped. */
export interface Part {
  name: string;
  kind: PartKind;
  /** Kills it and what it has started, and leaves it down for so long. Resolves when it is gone. */
  kill(downMs: number): Promise<void>;
  /** Stops and continues it after so long, whatever becomes of this process meanwhile. */
  pause(ms: number): void;
  /** Process ids, children too; empty while it is down. */
  pids(): number[];
  /** Resolves when it is up and answers. */
  ready(): Promise<void>;
  /** Ends it gracefully, for good. */
  stop(): Promise<void>;
}

/** A process and its children, theirs too. */
export function familyOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const children = new Map<number, number[]>();
  for (const line of stdout.trim().split('\n')) {
    const [child = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const family: number[] = [];
  const add = (member: number): void => {
    family.push(member);
    for (const child of children.get(member) ?? []) add(child);
  };
  add(pid);
  return family;
}

export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // gone in this moment
    }
  }
}

/**
 * SIGSTOP now and SIGCONT later. A shell of its own continues them: a stopped program whose starter was killed would
 * stay for ever, as it cannot notice.
 */
export function stopAndContinue(pids: readonly number[], ms: number): void {
  if (pids.length === 0) return;
  const script = `sleep ${(ms / 1_000).toFixed(3)}; kill -CONT ${pids.join(' ')}`;
  spawn('sh', ['-c', script], { stdio: 'ignore', detached: true }).unref();
  signalAll(pids, 'SIGSTOP');
}
