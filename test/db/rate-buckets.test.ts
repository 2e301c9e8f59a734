import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type Database } from '../../src/db/database.js';
import { createRateBucketQueries, type RateBucketQueries } from '../../src/db/queries/rate-buckets.js';
import { paceOf, withShareOfBurst } from '../../src/domain/gcra.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let db: Database;
let buckets: RateBucketQueries;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase({ url: database.url, name: 'test-rate-buckets', poolMax: 12 });
  buckets = createRateBucketQueries(db);
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const bucket = (perMinute: number, burstShare: number, key = randomUUID()) => ({
  key,
  ...paceOf(perMinute, burstShare),
});

/** Takes at the times given, in milliseconds; answers those that were granted. */
async function takesAt(
  key: string,
  takes: readonly { at: number; share: number }[],
  perMinute: number,
  burstShare: number,
): Promise<number[]> {
  const pace = paceOf(perMinute, burstShare);
  const { rows } = await db.raw<{ rows: { at: number; granted: boolean }[] }>(
    `select u.at, t.granted
       from unnest(:ats::double precision[], :tolerances::text[]) with ordinality u (at, tolerance, nr)
      cross join lateral take_rate_tokens(array[:key], array[:pace::interval], array[u.tolerance::interval], 3,
        timestamptz '2026-01-01Z' + u.at * interval '1 millisecond') t order by u.nr`,
    {
      key,
      ats: takes.map(({ at }) => at),
      tolerances: takes.map(({ share }) => `${withShareOfBurst(pace, share).toleranceUs} microseconds`),
      pace: `${pace.intervalUs} microseconds`,
    },
  );
  return rows.filter(({ granted }) => granted).map(({ at }) => at);
}

describe('the rate budget in PostgreSQL', () => {
  it('keeps the limit in every sliding minute, whatever comes when, and with whatever share of the burst', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(
          fc.record({
            // Bursts, trickles and pauses.
            gap: fc.oneof(
              fc.constant(0),
              fc.integer({ max: 300, min: 0 }),
              fc.integer({ max: 20_000, min: 0 }),
            ),
            share: fc.constantFrom(0.5, 0.75, 1),
          }),
          { minLength: 1, maxLength: 250, size: 'max' },
        ),
        async (perMinute, burstShare, steps) => {
          let at = 0;
          const takes = steps.map(({ gap, share }) => ({ at: (at += gap), share }));
          const granted = await takesAt(randomUUID(), takes, perMinute, burstShare);
          expect(granted.length).toBeGreaterThan(0);
          for (const [index, from] of granted.entries()) {
            const within = granted.slice(index).filter((time) => time <= from + 60_000);
            expect(within.length).toBeLessThanOrEqual(perMinute);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('grants the whole pace to who comes steadily', async () => {
    const everySecond = Array.from({ length: 300 }, (_, index) => ({ at: index * 1_000, share: 1 }));
    expect((await takesAt(randomUUID(), everySecond, 75, 0.2)).length).toBe(300);
  });

  it('takes all tokens or none', async () => {
    const wide = bucket(1_000, 0.5);
    const narrow = bucket(2, 0.5);
    expect(await buckets.take([wide, narrow], 'fresh')).toMatchObject({ granted: true });
    const dueAt = async () =>
      (await db('rate_buckets').where({ key: wide.key }).first<{ due_at: Date }>('due_at')).due_at.getTime();
    const before = await dueAt();
    const denied = await buckets.take([wide, narrow], 'fresh');
    expect(denied).toMatchObject({ granted: false, key: narrow.key, blocked: false });
    expect(denied.waitMs).toBeGreaterThan(50_000);
    expect(await dueAt()).toBe(before);
  });

  it('gives each who is denied a turn of his own', async () => {
    const narrow = bucket(60, 0.5);
    const one = { ...narrow, toleranceUs: 0 };
    expect((await buckets.take([one], 'bulk')).granted).toBe(true);
    const waits = await Promise.all(
      Array.from({ length: 20 }, async () => (await buckets.take([one], 'bulk')).waitMs),
    );
    const sorted = waits.sort((a, b) => a - b);
    for (const [index, wait] of sorted.entries()) {
      expect(wait).toBeGreaterThan(2_000 * (index + 1) - 1_500);
      expect(wait).toBeLessThan(2_000 * (index + 1) + 1);
    }
    // Fresh work does not stand behind bulk work.
    expect((await buckets.take([one], 'fresh')).waitMs).toBeLessThan(2_001);
  });

  it('grants concurrent takers no more than the burst, and to none of them twice', async () => {
    const client = bucket(100, 0.5);
    const takes = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        buckets.take(index % 2 === 0 ? [bucket(50, 0.5), client] : [client, bucket(50, 0.5)], 'fresh'),
      ),
    );
    const granted = takes.filter((take) => take.granted).length;
    expect(granted).toBeGreaterThanOrEqual(50);
    // The pace adds one per 1.2 s that the takes took.
    expect(granted).toBeLessThan(75);
  });

  it('keeps a part of the burst from bulk work, for fresh work', async () => {
    const client = bucket(100, 0.5);
    const bulk = { key: client.key, ...withShareOfBurst(client, 0.5) };
    const results = await Promise.all(Array.from({ length: 120 }, () => buckets.take([bulk], 'bulk')));
    expect(results.filter((take) => take.granted).length).toBeLessThanOrEqual(45);
    for (let webhook = 0; webhook < 10; webhook++)
      expect((await buckets.take([client], 'fresh')).granted).toBe(true);
  });

  it('waits out a 429, longer after each one, and less again after successes', async () => {
    const item = bucket(1_000, 0.5);
    const shorten = () =>
      db('rate_buckets')
        .where({ key: item.key })
        .update({ blocked_until: db.raw('clock_timestamp()') });
    const first = await buckets.take([item], 'fresh');
    expect(first.penalised).toBe(false);
    expect(await buckets.block(item.key, first.takenAt, 1_000)).toBeCloseTo(1_000, -2);
    // One that was under way at the same time.
    expect(await buckets.block(item.key, first.takenAt, 1_000)).toBeLessThan(1_001);
    const blocked = await buckets.take([item], 'fresh');
    expect(blocked).toMatchObject({ granted: false, blocked: true });
    expect(await buckets.countBlocked()).toBe(1);

    await shorten();
    const second = await buckets.take([item], 'fresh');
    expect(second).toMatchObject({ granted: true, penalised: true });
    expect(await buckets.block(item.key, second.takenAt, 1_000)).toBeGreaterThan(1_900);
    await shorten();
    const third = await buckets.take([item], 'fresh');
    await buckets.relax([item.key], third.takenAt);
    await buckets.relax([item.key], third.takenAt);
    expect((await buckets.take([item], 'fresh')).penalised).toBe(false);

    const fourth = await buckets.take([item], 'fresh');
    expect(await buckets.block(item.key, fourth.takenAt, 10 * 3_600_000)).toBeLessThanOrEqual(4 * 3_600_000);
  });

  it('forgets idle buckets, but not those that are in use, queued for or blocked', async () => {
    await db('rate_buckets').delete();
    const idle = bucket(50, 0.5);
    const used = bucket(50, 0.5);
    const blocked = bucket(50, 0.5);
    for (const each of [idle, used, blocked]) await buckets.take([each], 'bulk');
    await db('rate_buckets')
      .whereIn('key', [idle.key, blocked.key])
      .update({ due_at: db.raw(`now() - interval '1 hour'`) });
    await buckets.block(blocked.key, (await buckets.take([bucket(9, 0.5)], 'bulk')).takenAt, 60_000);
    expect(await buckets.prune(10)).toBe(1);
    const left = await db('rate_buckets')
      .whereIn('key', [idle.key, used.key, blocked.key])
      .pluck<string[]>('key');
    expect(left.sort()).toEqual([used.key, blocked.key].sort());
    expect(await buckets.prune(10)).toBe(0);
  });
});
