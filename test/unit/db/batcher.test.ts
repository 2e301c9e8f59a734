import { describe, expect, it } from 'vitest';
import { createBatcher } from '../../../src/db/batcher.js';

/** A backend whose batches end when the test says so. */
function controlled() {
  const batches: { inputs: readonly number[]; succeed: () => void; fail: (error: unknown) => void }[] = [];
  const all = (inputs: readonly number[]): Promise<number[]> =>
    new Promise((resolve, reject) => {
      batches.push({ inputs, succeed: () => resolve(inputs.map((input) => input * 10)), fail: reject });
    });
  return { batches, all };
}

const serverError = (): Error => Object.assign(new Error('refused'), { code: '22P02', severity: 'ERROR' });
const open = { mostWaiting: 1_000, whenFull: () => new Error('full') };
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('batcher', () => {
  it('sends the first at once, and what comes meanwhile together', async () => {
    const { batches, all } = controlled();
    const submit = createBatcher({ all, mostInABatch: 3, patienceMs: 60_000, mostAtOnce: 2, ...open });
    const outputs = [1, 2, 3, 4, 5].map(submit);
    expect(batches.map((batch) => batch.inputs)).toEqual([[1]]);
    batches[0]!.succeed();
    await settled();
    expect(batches.map((batch) => batch.inputs)).toEqual([[1], [2, 3, 4]]);
    batches[1]!.succeed();
    await settled();
    batches[2]!.succeed();
    expect(await Promise.all(outputs)).toEqual([10, 20, 30, 40, 50]);
  });

  it('lets nobody wait behind a batch that hangs, up to the most at once', async () => {
    const { batches, all } = controlled();
    const submit = createBatcher({ all, mostInABatch: 10, patienceMs: 1, mostAtOnce: 2, ...open });
    const hung = submit(1);
    const second = submit(2);
    await expect.poll(() => batches.length).toBe(2);
    const third = submit(3);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(batches).toHaveLength(2);
    batches[1]!.succeed();
    expect(await second).toBe(20);
    await expect.poll(() => batches.length).toBe(3);
    batches[2]!.succeed();
    expect(await third).toBe(30);
    batches[0]!.succeed();
    expect(await hung).toBe(10);
  });

  it('repeats a refused batch one by one, so that one bad input fails alone', async () => {
    const all = async (inputs: readonly number[]): Promise<number[]> => {
      if (inputs.includes(3)) throw serverError();
      return inputs.map((input) => input * 10);
    };
    const submit = createBatcher({ all, mostInABatch: 10, patienceMs: 60_000, mostAtOnce: 2, ...open });
    const results = await Promise.allSettled([1, 2, 3, 4].map(submit));
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });

  it('refuses what does not fit into the queue', async () => {
    const { batches, all } = controlled();
    const submit = createBatcher({
      all,
      mostInABatch: 1,
      patienceMs: 60_000,
      mostAtOnce: 1,
      ...open,
      mostWaiting: 1,
    });
    const first = submit(1);
    const second = submit(2);
    await expect(submit(3)).rejects.toThrow('full');
    batches[0]!.succeed();
    await settled();
    batches[1]!.succeed();
    expect(await Promise.all([first, second])).toEqual([10, 20]);
  });

  it('fails all of a batch whose connection was lost, without trying each again', async () => {
    let calls = 0;
    const all = async (): Promise<number[]> => {
      calls += 1;
      throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    };
    const submit = createBatcher<number, number>({
      all,
      mostInABatch: 10,
      patienceMs: 60_000,
      mostAtOnce: 2,
      ...open,
    });
    const results = await Promise.allSettled([1, 2, 3].map(submit));
    expect(results.every((result) => result.status === 'rejected')).toBe(true);
    expect(calls).toBe(2);
  });
});
