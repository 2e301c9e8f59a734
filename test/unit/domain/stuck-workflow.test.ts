import { describe, expect, it } from 'vitest';
import { isStuck } from '../../../src/domain/stuck-workflow.js';

const MINUTE = 60_000;
const RULE = { failingForMs: 5 * MINUTE, failures: 5 };
const at = (minutes: number): number => minutes * MINUTE;

describe('a workflow is stuck', () => {
  it.each([
    { because: 'one series of attempts has gone on for long', attempt: 6, scheduledAt: at(5), failedAt: [0] },
    {
      because: 'signals began several series',
      attempt: 2,
      scheduledAt: at(6),
      failedAt: [6, 4, 2, 1, 0].map(at),
    },
    {
      because: 'a signal is about to begin another',
      attempt: 1,
      scheduledAt: at(9),
      failedAt: [5, 4, 2, 1, 0].map(at),
    },
    {
      because: 'many attempts of two series failed',
      attempt: 5,
      scheduledAt: at(7),
      failedAt: [3, 0].map(at),
    },
  ])('when $because', ({ attempt, scheduledAt, failedAt }) => {
    expect(isStuck({ attempt, scheduledAt, failedAt }, RULE)).toBe(true);
  });

  it.each([
    { because: 'nothing failed, and it waits for a worker', attempt: 1, scheduledAt: 0, failedAt: [] },
    { because: 'its tasks run out of time, and none failed', attempt: 9, scheduledAt: at(60), failedAt: [] },
    { because: 'it has not gone on for long', attempt: 9, scheduledAt: at(4.9), failedAt: [0] },
    { because: 'it was tried few times', attempt: 5, scheduledAt: at(60), failedAt: [0] },
    // Scheduled when the last attempt failed: a minute after the first, and not tried since.
    { because: 'its worker went away', attempt: 7, scheduledAt: at(1), failedAt: [0] },
    {
      because: 'its worker went away and signals came',
      attempt: 1,
      scheduledAt: at(60),
      failedAt: [4, 3, 2, 1, 0].map(at),
    },
  ])('not when $because', ({ attempt, scheduledAt, failedAt }) => {
    expect(isStuck({ attempt, scheduledAt, failedAt }, RULE)).toBe(false);
  });
});
