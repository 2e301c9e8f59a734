import { FRESHNESS } from '../../domain/freshness.js';
import type { Connection, Database } from '../database.js';

type Counts = Record<string, number>;

/** What happened in one hour. */
export interface HourStatistics {
  hour: Date;
  /** Believed ones; and those that were not. */
  webhooks: number;
  webhooks_rejected: number;
  /** Runs by outcome, without those that only asked whether an Item works again; and all by Plaid's error code. */
  runs: Counts;
  errors: Counts;
  added: number;
  modified: number;
  removed: number;
  /** By class of domain/freshness.ts. */
  freshness: Counts;
}

export interface StatisticsQueries {
  /**
   * Hours since then in which something happened, oldest first. The last day is counted now where it has not been added up
   * yet; `gap`: what is older and has not, because no worker came to it so far.
   */
  hours(
    organizationId: string,
    since: Date,
  ): Promise<{ hours: HourStatistics[]; gap: { from: Date; to: Date } | null }>;
  /** Adds up hours that are over, some of some organisations. Safe to run twice at once. Answers the organisations it came to. */
  roll(): Promise<number>;
}

const HOUR_MS = 3_600_000;
/** An hour is over when what it told of has been synced, too: what takes longer is left out of its freshness. */
const SETTLES_MS = 2 * HOUR_MS;
/** Counting a month would take many seconds where much happens. */
const COUNTED_AT_MOST_MS = 25 * HOUR_MS;
const ROLLED_AT_ONCE_MS = 24 * HOUR_MS;
const FIRST_ROLLED_MS = 31 * 24 * HOUR_MS;
const KEPT_MS = 92 * 24 * HOUR_MS;
const ORGANIZATIONS_AT_ONCE = 20;

const floorHour = (ms: number): Date => new Date(Math.floor(ms / HOUR_MS) * HOUR_MS);

const RUNS = `
  select date_trunc('hour', r.finished_at) as hour, r.kind, r.outcome, r.error_code as code, count(*)::integer as n, sum(r.added)::float8 as added,
         sum(r.modified)::float8 as modified, sum(r.removed)::float8 as removed
    from sync_runs r where r.organization_id = :organizationId and r.finished_at >= :since and r.finished_at < :until group by 1, 2, 3, 4`;

// Ids begin with the time, so a time is a range of them; a webhook is stored some moments after it got its id.
const RECEIVED = `
  w.organization_id = :organizationId and w.received_at >= :since and w.received_at < :until
    and w.id >= (lpad(to_hex((extract(epoch from :since::timestamptz - interval '1 minute') * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid`;

const WEBHOOKS = `
  select date_trunc('hour', w.received_at) as hour, (count(*) filter (where w.verdict <> 'rejected'))::integer as webhooks,
         (count(*) filter (where w.verdict = 'rejected'))::integer as rejected
    from plaid_webhooks w where ${RECEIVED} group by 1`;

// The first sync that began after the webhook: within a second, by which the clocks of worker and database may differ.
const WAITS = `
  select date_trunc('hour', w.received_at) as hour, count(*)::integer as n,
         width_bucket(ln(greatest(extract(epoch from r.finished_at - w.received_at) * 1000, 1)::float8),
                      ln(${FRESHNESS.leastMs}::float8), ln(${FRESHNESS.mostMs}::float8), ${FRESHNESS.classes}) as class
    from plaid_webhooks w
    cross join lateral (
      select s.finished_at from sync_runs s
       where s.item_id = w.item_id and s.started_at >= w.received_at - interval '1 second' and s.outcome = 'synced'
         and s.finished_at >= w.received_at
       order by s.started_at limit 1) r
   where ${RECEIVED} and w.verdict <> 'rejected' and w.webhook_type = 'TRANSACTIONS' group by 1, 3`;

const COLUMNS =
  'hour, webhooks, webhooks_rejected, runs, errors, added::float8 as added, modified::float8 as modified, removed::float8 as removed, freshness';

const add = (counts: Counts, name: string | number, n: number): void => {
  counts[name] = (counts[name] ?? 0) + n;
};

export function createStatisticsQueries(db: Database, now: () => number = Date.now): StatisticsQueries {
  const counted = async (organizationId: string, since: Date, until: Date): Promise<HourStatistics[]> => {
    if (since >= until) return [];
    const bindings = { organizationId, since, until };
    type Run = Record<'n' | 'added' | 'modified' | 'removed', number> & {
      hour: Date;
      kind: string;
      outcome: string;
      code: string | null;
    };
    const ask = async <Row>(sql: string): Promise<Row[]> =>
      (await db.raw<{ rows: Row[] }>(sql, bindings)).rows;
    const runs = await ask<Run>(RUNS);
    const webhooks = await ask<{ hour: Date; webhooks: number; rejected: number }>(WEBHOOKS);
    const waits = await ask<{ hour: Date; n: number; class: number }>(WAITS);

    const hours = new Map<number, HourStatistics>();
    const at = (hour: Date): HourStatistics => {
      const known = hours.get(hour.getTime()) ?? {
        ...{ hour, webhooks: 0, webhooks_rejected: 0, runs: {}, errors: {} },
        ...{ added: 0, modified: 0, removed: 0, freshness: {} },
      };
      hours.set(hour.getTime(), known);
      return known;
    };
    for (const run of runs) {
      const hour = at(run.hour);
      // An Item that is known to be broken fails no further sync.
      if (run.kind !== 'probe') add(hour.runs, run.outcome, run.n);
      if (run.code !== null) add(hour.errors, run.code, run.n);
      hour.added += run.added;
      hour.modified += run.modified;
      hour.removed += run.removed;
    }
    for (const row of webhooks) {
      at(row.hour).webhooks += row.webhooks;
      at(row.hour).webhooks_rejected += row.rejected;
    }
    for (const row of waits) add(at(row.hour).freshness, row.class, row.n);
    return [...hours.values()].sort((a, b) => a.hour.getTime() - b.hour.getTime());
  };

  const store = async (on: Connection, organizationId: string, hours: readonly HourStatistics[]) => {
    for (const { hour, ...counts } of hours)
      await on.raw(
        `insert into statistics_hours (organization_id, hour, webhooks, webhooks_rejected, runs, errors, added, modified, removed, freshness)
         values (:organizationId, :hour, :webhooks, :webhooks_rejected, :runs, :errors, :added, :modified, :removed, :freshness)
         on conflict do nothing`,
        {
          ...counts,
          organizationId,
          hour,
          runs: JSON.stringify(counts.runs),
          errors: JSON.stringify(counts.errors),
          freshness: JSON.stringify(counts.freshness),
        },
      );
  };

  return {
    async hours(organizationId, since) {
      const { rows } = await db.raw<{ rows: { rolled_until: Date }[] }>(
        'select rolled_until from statistics_marks where organization_id = ?',
        [organizationId],
      );
      const { rows: rolled } = await db.raw<{ rows: HourStatistics[] }>(
        `select ${COLUMNS} from statistics_hours where organization_id = :organizationId and hour >= :since order by hour`,
        { organizationId, since },
      );
      const mark = rows[0]?.rolled_until;
      const until = new Date(now() + HOUR_MS);
      // Read before the hours: what was added up in between is there twice unless it is left out here.
      const before = mark === undefined ? [] : rolled.filter(({ hour }) => hour < mark);
      const rest = mark === undefined || mark < since ? since : mark;
      const from = new Date(Math.max(rest.getTime(), floorHour(now() - COUNTED_AT_MOST_MS).getTime()));
      return {
        hours: [...before, ...(await counted(organizationId, from, until))],
        gap: rest < from ? { from: rest, to: from } : null,
      };
    },

    async roll() {
      const until = floorHour(now() - SETTLES_MS);
      const first = new Date(until.getTime() - FIRST_ROLLED_MS);
      const { rows: owed } = await db.raw<{ rows: { id: string; mark: Date | null; created_at: Date }[] }>(
        `select o.id, o.created_at, m.rolled_until as mark from organizations o left join statistics_marks m on m.organization_id = o.id
          where m.rolled_until is null or m.rolled_until < :until order by m.rolled_until nulls first limit :most`,
        { until, most: ORGANIZATIONS_AT_ONCE },
      );
      for (const { id, mark, created_at: createdAt } of owed) {
        const from = mark ?? floorHour(Math.max(first.getTime(), createdAt.getTime()));
        const to = new Date(Math.min(until.getTime(), from.getTime() + ROLLED_AT_ONCE_MS));
        const hours = await counted(id, from, to);
        await db.transaction(async (trx) => {
          await store(trx, id, hours);
          await trx.raw(
            `insert into statistics_marks as m (organization_id, rolled_until) values (:id, :to)
             on conflict (organization_id) do update set rolled_until = greatest(m.rolled_until, excluded.rolled_until)`,
            { id, to: to > from ? to : from },
          );
          await trx.raw('delete from statistics_hours where organization_id = ? and hour < ?', [
            id,
            new Date(now() - KEPT_MS),
          ]);
        });
      }
      return owed.length;
    },
  };
}
