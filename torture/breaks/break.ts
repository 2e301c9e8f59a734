import type { Invariant } from '../options.js';
import type { ScenarioName } from './scenarios/scenarios.js';

/** One exact replacement in a compiled file. */
export interface Patch {
  /** Below dist. */
  file: string;
  /** Must occur exactly once, else the code has changed and the break with it. */
  text: string;
  becomes: string;
}

/** A mistake that the checks must find. */
export interface Break {
  name: string;
  /** Of design: what is no longer held. */
  invariant: Exclude<Invariant, 'engine' | 'resources'>;
  /** What is broken, in one sentence; where a product is known to do so, it is one that people make. */
  means: string;
  patches: readonly Patch[];
  scenario: ScenarioName;
  /**
   * The invariants under which a violation counts as this break's. Its own alone, unless what it does to the data looks the
   * same from outside as another's breach.
   */
  seenAs: readonly Invariant[];
  /** Longest wait for quiet, for a break that never gets there. */
  quiesceMs?: number;
}
