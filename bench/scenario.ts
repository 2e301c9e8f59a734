import type { Bench } from './stack/bench.js';

/** One figure: the median of its repetitions, and each of them. */
export interface Measurement {
  name: string;
  unit: string;
  value: number;
  samples: number[];
  /** Further figures in the same unit, by name. */
  parts?: Readonly<Record<string, number>>;
}

/** A figure that the product is held to. */
export interface Aim {
  name: string;
  value: number;
  atLeast?: number;
  below?: number;
}

export interface ScenarioResult {
  measurements: Measurement[];
  aims: Aim[];
  /** What the figures depend on. */
  remarks: string[];
}

export interface Scenario {
  name: string;
  title: string;
  run(bench: Bench): Promise<ScenarioResult>;
}

export const isMet = ({ value, atLeast, below }: Aim): boolean =>
  (atLeast === undefined || value >= atLeast) && (below === undefined || value < below);
