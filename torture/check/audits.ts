import { setTimeout as sleep } from 'node:timers/promises';
import type { WorldItem } from '../driver/world.js';
import { createRandom } from '../random.js';
import { countChecked, violate, type CheckContext } from './context.js';
import { isFollowed } from './rows.js';

interface AuditRow {
  plaid_item_id: string;
  state: string;
  verdict: string | null;
  reason: string | null;
  requested_at: Date;
  findings: number;
}

/** How many are audited at the end. */
const ASKED = 3;
/** A step whose worker a failpoint kills is taken up when its time is over: 3 minutes (workflows/proxies.ts). */
const ENDS_WITHIN_MS = 300_000;
const EVERY_MS = 300;

const ENDED = `
  select i.plaid_item_id, a.state, a.verdict, a.reason_code || ': ' || a.reason as reason, a.requested_at,
         a.missing + a.extra + a.different + a.accounts_missing + a.accounts_extra + a.accounts_different as findings
    from audits a join items i on i.id = a.item_id order by a.requested_at`;

async function auditOf(context: CheckContext, items: readonly WorldItem[]): Promise<void> {
  for (const { tenant, integration, itemId, subject } of items) {
    const { status, text } = await tenant.call(
      'POST',
      `/api/integrations/${integration.heronId}/links/${itemId}/audit`,
    );
    if (status !== 202)
      violate(context, 'engine', `an audit of ${subject} was answered ${status}: ${text.slice(0, 300)}`);
  }
  const deadline = performance.now() + ENDS_WITHIN_MS;
  for (;;) {
    const [open] = await context.sql<{ n: number }>(
      `select count(*)::integer as n from audits where state in ('queued', 'running')`,
    );
    if ((open?.n ?? 0) === 0) return;
    if (performance.now() > deadline)
      return violate(context, 'engine', `${open?.n} audits did not end within ${ENDS_WITHIN_MS / 1_000} s`);
    await sleep(EVERY_MS);
  }
}

/**
 * The product's own audit finds nothing that differs: in none of those that were asked for while everything was harmed, and
 * some that are asked for now, of Items in sync, end clean.
 */
export async function checkAudits(context: CheckContext): Promise<void> {
  const { world, sql, options } = context;
  const random = createRandom(`${options.seed}/audits`);
  const followed = world.items.filter(isFollowed);
  const asked = new Set<WorldItem>();
  for (let draws = 0; draws < ASKED && followed.length > 0; draws++) asked.add(random.pick(followed));
  const [{ now } = { now: new Date() }] = await sql<{ now: Date }>('select now()');
  await auditOf(context, [...asked]);
  for (const { plaid_item_id: id, state, verdict, reason, requested_at: at, findings } of await sql<AuditRow>(
    ENDED,
  )) {
    const atTheEnd = at >= now;
    countChecked(context, `audits ${verdict ?? state}${atTheEnd ? ' at the end' : ''}`, 1);
    const subject = world.items.find(({ itemId }) => itemId === id)?.subject ?? id;
    if (verdict === 'differs')
      violate(
        context,
        'I1',
        `an audit of ${subject} (${id}) found ${findings} differences`,
        await findingsOf(context, id),
      );
    else if (atTheEnd && verdict !== 'clean')
      violate(context, 'engine', `an audit of ${subject} (${id}) ended ${state}, ${verdict}: ${reason}`);
  }
}

const findingsOf = async ({ sql }: CheckContext, itemId: string): Promise<string[]> =>
  (
    await sql(
      `select f.* from audit_suspects f join audits a on a.id = f.audit_id join items i on i.id = a.item_id
        where i.plaid_item_id = $1 limit 5`,
      [itemId],
    ).catch((error: unknown) => [{ error: String(error) }])
  ).map((row) => JSON.stringify(row).slice(0, 700));
