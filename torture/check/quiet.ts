import { setTimeout as sleep } from 'node:timers/promises';
import { violate, type CheckContext } from './context.js';

/** An Item that is to be synced and is not at rest; bigint columns come as text. */
interface Restless {
  plaid_item_id: string;
  why: string;
}

/**
 * Dirty, busy, or about to be: what an Item at rest is not. A parked one waits for an operator, an Item with no history yet
 * for its bank.
 */
const RESTLESS = `
  select i.plaid_item_id,
         concat_ws(', ',
           case when s.dirty_gen > s.synced_gen then format('dirty %s, claimed %s, synced %s, signalled %s', s.dirty_gen, s.claimed_gen, s.synced_gen, s.signalled_gen) end,
           case when i.syncing_since is not null then 'syncing' end,
           case when i.health = 'active' and i.resync_reason is not null then 'resync due: ' || i.resync_reason end,
           case when i.restarts > 0 then i.restarts || ' restarts' end,
           case when i.next_sync_at < now() + interval '20 s' then 'next look at ' || i.next_sync_at end,
           case when i.hold_until > now() then 'held until ' || i.hold_until end,
           case when i.failures > 0 then i.failures || ' failures, ' || coalesce(i.status_code, '') end,
           case when i.health = 'pending' or (i.health = 'active' and i.history <> 'complete') then i.health || ', history ' || i.history end) as why
    from items i join item_sync s on s.item_id = i.id join integrations g on g.id = i.integration_id
   where i.desired_state = 'active' and i.health <> 'deleted' and g.deleted_at is null
     and (s.dirty_gen > s.synced_gen or i.syncing_since is not null
          or (i.superseded_by is null
              and (i.restarts > 0 or (i.failures > 0 and i.health <> 'erroring') or (i.health = 'active' and i.resync_reason is not null)
                   or i.next_sync_at < now() + interval '20 s' or i.hold_until > now()
                   or i.health = 'pending' or (i.health = 'active' and i.history <> 'complete'))))`;

const OTHERS = `
  select (select count(*) from plaid_webhooks where forward_state = 'pending')::integer as forwards,
         (select coalesce(string_agg(position::text, ',' order by organization_id), '') from change_heads) as heads,
         (select count(*) from item_sync s join items i on i.id = s.item_id
           where i.desired_state <> 'active' and s.signalled_gen > s.claimed_gen)::integer as unobeyed,
         (select count(*) from audits where state in ('queued', 'running'))::integer as audits`;

const EVERY_MS = 500;
/** The heads of the feeds must not move for so long. */
const STILL_MS = 4_000;

/** Why it is not quiet; empty when it is, but for the heads. */
async function restless({
  sql,
  simulator,
}: CheckContext): Promise<{ reasons: string[]; heads: string; undelivered: number }> {
  const items = await sql<Restless>(RESTLESS);
  const [others] = await sql<{ forwards: number; heads: string; unobeyed: number; audits: number }>(OTHERS);
  const { webhooks } = await simulator.control<{ webhooks: { undelivered: number } }>('GET', '/');
  const reasons = items.map(({ plaid_item_id, why }) => `${plaid_item_id}: ${why}`);
  if ((others?.forwards ?? 0) > 0) reasons.push(`${others?.forwards} forwards are pending`);
  if ((others?.unobeyed ?? 0) > 0) reasons.push(`${others?.unobeyed} pauses or removals are not obeyed yet`);
  if ((others?.audits ?? 0) > 0) reasons.push(`${others?.audits} audits are under way`);
  if (webhooks.undelivered > 0) reasons.push(`${webhooks.undelivered} webhooks are not delivered`);
  return { reasons, heads: others?.heads ?? '', undelivered: webhooks.undelivered };
}

/** Of Plaid's own time: its retries of a webhook reach over a day. */
const RETRY_SOONER_BY = '1h';
const TOLD_EVERY_MS = 10_000;

/**
 * Waits until nothing moves any more: no Item dirty or busy, feeds still, webhooks and forwards delivered. Not getting there in
 * time breaks I11.
 */
export async function waitForQuiet(context: CheckContext, phase: string): Promise<void> {
  const { journal, options, simulator } = context;
  const begun = performance.now();
  let toldAt = begun;
  let stillSince = performance.now();
  let heads = '';
  let reasons: string[] = ['not asked yet'];
  while (performance.now() - begun < options.quiesceMs) {
    const state = await restless(context).catch((error: unknown) => ({
      reasons: [String(error)],
      heads: '',
      undelivered: 0,
    }));
    if (state.reasons.length > 0 || state.heads !== heads) stillSince = performance.now();
    ({ reasons, heads } = state);
    if (state.undelivered > 0) await simulator.control('POST', '/clock/advance', { by: RETRY_SOONER_BY });
    if (reasons.length > 0 && performance.now() - toldAt > TOLD_EVERY_MS) {
      toldAt = performance.now();
      journal.note(
        'quiet',
        `not yet: ${reasons.slice(0, 3).join('; ')}${reasons.length > 3 ? ` and ${reasons.length - 3} more` : ''}`,
      );
    }
    if (reasons.length === 0 && performance.now() - stillSince > STILL_MS) {
      journal.note('quiet', `${phase}: after ${Math.round(performance.now() - begun)} ms`);
      return;
    }
    await sleep(EVERY_MS);
  }
  violate(context, 'I11', `${phase}: not quiet within ${options.quiesceMs / 1_000} s`, reasons.slice(0, 30));
}
