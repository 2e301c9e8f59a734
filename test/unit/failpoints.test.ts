import { afterEach, describe, expect, it, vi } from 'vitest';
import { failpoints } from '../../src/config/failpoints.js';
import { armFailpoints, failpoint, FailpointError } from '../../src/failpoints.js';
import { createLogger } from '../../src/logger.js';

const quiet = createLogger('test', 'silent');

describe('FAILPOINTS', () => {
  it('is nothing when it is empty', () => {
    expect(failpoints.parse('')).toEqual([]);
  });

  it('names place, hit and action', () => {
    expect(
      failpoints.parse(
        'look.between_pages@3=kill, look.after_commit@*=delay:500ms,intake.after_commit=error',
      ),
    ).toEqual([
      { name: 'look.between_pages', hit: 3, action: { kind: 'kill' } },
      { name: 'look.after_commit', hit: null, action: { kind: 'delay', ms: 500 } },
      { name: 'intake.after_commit', hit: 1, action: { kind: 'error' } },
    ]);
  });

  it.each([
    'look.nowhere=kill',
    'look.after_commit',
    'look.after_commit=explode',
    'look.after_commit=delay:soon',
  ])('refuses %s', (text) => {
    expect(failpoints.safeParse(text).success).toBe(false);
  });
});

describe('failpoint', () => {
  afterEach(() => armFailpoints([], quiet));

  it('does nothing unless it is armed', async () => {
    await failpoint('look.after_commit');
    armFailpoints(failpoints.parse('look.before_commit=error'), quiet);
    await failpoint('look.after_commit');
  });

  it('fires at its hit only', async () => {
    armFailpoints(failpoints.parse('look.after_commit@2=error'), quiet);
    await failpoint('look.after_commit');
    await expect(failpoint('look.after_commit')).rejects.toThrow(FailpointError);
    await failpoint('look.after_commit');
  });

  it('fires at every hit', async () => {
    armFailpoints(failpoints.parse('look.after_commit@*=error'), quiet);
    await expect(failpoint('look.after_commit')).rejects.toThrow(FailpointError);
    await expect(failpoint('look.after_commit')).rejects.toThrow(FailpointError);
  });

  it('delays, and says at arming that it is armed', async () => {
    const warn = vi.fn();
    armFailpoints(failpoints.parse('look.after_commit=delay:30ms'), { ...quiet, warn } as never);
    expect(warn).toHaveBeenCalledOnce();
    const begun = performance.now();
    await failpoint('look.after_commit');
    expect(performance.now() - begun).toBeGreaterThan(25);
  });
});
