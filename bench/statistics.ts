/** The value below which the share `q` (0 to 1) of the samples lies; NaN without samples. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/** Ratio of each repetition's two figures, then their median: what slowed both down drops out. */
export const medianRatio = (ours: readonly number[], floor: readonly number[]): number =>
  median(ours.map((value, index) => value / (floor[index] ?? NaN)));

/** Rotates the order of the contenders, so that none always comes first. */
export const rotated = <T>(contenders: readonly T[], round: number): T[] =>
  contenders.map((_, index) => contenders[(index + round) % contenders.length] as T);

/** Three significant digits, and all digits of whole numbers. */
export const rounded = (value: number): number =>
  Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
