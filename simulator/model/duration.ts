const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration like `90`, `500ms`, `15s`, `6h`, `1d`; null when it is none. */
export const durationMs = (value: unknown): number | null => {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : null;
  const [, digits, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(typeof value === 'string' ? value : '') ?? [];
  return digits === undefined || unit === undefined ? null : Number(digits) * (UNITS_MS[unit] ?? 1);
};
