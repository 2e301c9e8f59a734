import { day } from './day.js';
import type { Scenario } from './scenario.js';
import { commits, mutation, pages, refusedCursor, slowBank, twoAtOnce } from './trouble.js';
import { apiDies, busy, signalsLost } from './webhooks.js';

export const SCENARIOS = {
  day,
  pages,
  mutation,
  'refused-cursor': refusedCursor,
  'slow-bank': slowBank,
  'two-at-once': twoAtOnce,
  commits,
  'api-dies': apiDies,
  busy,
  'signals-lost': signalsLost,
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;
