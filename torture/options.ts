import type { Focus } from './focus.js';

/** What to run. */
export interface TortureOptions {
  /** Decides inputs, kill points and chaos. */
  seed: number;
  /** How long inputs and chaos go on; the checks come after. */
  minutes: number;
  items: number;
  /** False: no kills, pauses, cuts and failpoints; memory, handles and connections must return to their base line. */
  kills: boolean;
  /** Whether the simulator misbehaves as Plaid does on its worst days. */
  faults: boolean;
  /** A scenario in place of drawn inputs and chaos; seed, minutes and items decide nothing then. */
  focus?: Focus;
  /** Folder of the compiled product that is tortured. */
  dist: string;
  temporal: 'dev' | 'server';
  apis: number;
  workers: number;
  organizations: number;
  /** Longest wait for quiet after the inputs have ended. */
  quiesceMs: number;
  /** Keeps the folder with logs and databases; its path is in the report. */
  keep: boolean;
  /** Tells each happening. */
  verbose: boolean;
  say: (line: string) => void;
}

/** Of design invariants, plus what no invariant names. */
export type Invariant =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'I10'
  | 'I11'
  | 'engine'
  | 'resources'
  | 'coverage';

export interface Violation {
  invariant: Invariant;
  what: string;
  /** Lines that help to find the cause: what is known of the row, the Item, the workflow. */
  detail: string[];
}

export interface TortureReport {
  seed: number;
  passed: boolean;
  minutes: number;
  items: number;
  temporal: TortureOptions['temporal'];
  kills: boolean;
  tookMs: { setUp: number; inputs: number; quiet: number; checks: number };
  /** SIGKILLs by kind of process, those of failpoints among them. */
  killed: Record<string, number>;
  /** Everything else that was done, by kind. */
  counts: Record<string, number>;
  /** Of the simulator's faults, by kind. */
  faults: Record<string, number>;
  checked: Record<string, number>;
  violations: Violation[];
}
