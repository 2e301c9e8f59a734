import { describe, expect, it } from 'vitest';
import { createPasswordHasher } from '../../src/password-hasher.js';

describe('createPasswordHasher', () => {
  it('hashes with Argon2id at 19 MiB and two passes, and knows its own', async () => {
    const hasher = createPasswordHasher();
    const hash = await hasher.hash('caf\u00e9 au lait');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.verify(hash, 'cafe\u0301 au lait')).toBe(true);
    expect(await hasher.verify(hash, 'cafe au lait')).toBe(false);
    expect(await hasher.verify(null, 'whatever')).toBe(false);
  });

  it('takes as long for nobody as for somebody', async () => {
    const hasher = createPasswordHasher();
    const hash = await hasher.hash('four herons at dawn');
    const time = async (of: string | null): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < 5; i++) {
        const started = process.cpuUsage();
        await hasher.verify(of, 'a guess');
        const { user, system } = process.cpuUsage(started);
        times.push(user + system);
      }
      return times.sort((a, b) => a - b)[2]!;
    };
    // Without the check it would be a hundredth.
    expect(await time(null)).toBeGreaterThan((await time(hash)) / 4);
  });

  it('lets few compute at once, some wait and refuses the rest', async () => {
    const hasher = createPasswordHasher({ atOnce: 1, mostWaiting: 2 });
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => hasher.verify(null, 'x')));
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect((results[4] as PromiseRejectedResult).reason).toMatchObject({ code: 'service.unavailable' });
    await expect(hasher.verify(null, 'x')).resolves.toBe(false);
  });
});
