import { appendFileSync } from 'node:fs';

/** One thing that really happened. */
export interface Happening {
  /** Milliseconds since the run began. */
  atMs: number;
  /** Who or what: `worker-1`, `item 12`, `relay api-1 to postgres`. */
  subject: string;
  what: string;
}

/** What really happened, in its order: the seed repeats decisions, only this tells the interleaving. */
export interface Journal {
  note(subject: string, what: string): void;
  sinceStartMs(): number;
  /** The latest first `limit` of those about a subject. */
  about(subject: string, limit: number): Happening[];
  counts(): Record<string, number>;
  /** Counts one thing without a line. */
  count(what: string, by?: number): void;
}

export function createJournal(file: string, say: (line: string) => void, verbose: boolean): Journal {
  const begun = performance.now();
  const happenings: Happening[] = [];
  const counts: Record<string, number> = {};
  const sinceStartMs = (): number => Math.round(performance.now() - begun);
  return {
    sinceStartMs,
    note(subject, what) {
      const happening = { atMs: sinceStartMs(), subject, what };
      happenings.push(happening);
      const line = `${(happening.atMs / 1_000).toFixed(3).padStart(9)} ${subject}: ${what}`;
      appendFileSync(file, `${line}\n`);
      if (verbose) say(line);
    },
    about: (subject, limit) => happenings.filter((one) => one.subject === subject).slice(-limit),
    counts: () => ({ ...counts }),
    count(what, by = 1) {
      counts[what] = (counts[what] ?? 0) + by;
    },
  };
}
