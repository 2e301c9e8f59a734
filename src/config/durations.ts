import { z } from 'zod';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration such as `500ms`, `15s`, `10m`, `6h` or `1d`, parsed to milliseconds. */
export const durationMs = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'must be a whole number with a unit: 500ms, 15s, 10m, 6h or 1d')
  .transform((text) => {
    const unit = /[a-z]+$/.exec(text)![0] as keyof typeof UNITS;
    return Number(text.slice(0, -unit.length)) * UNITS[unit];
  });
