import type { WorldItem } from '../driver/world.js';
import { countChecked, violate, type CheckContext } from './context.js';
import { isFollowed } from './rows.js';

/** A live row with what two Items of the same accounts have in common. */
interface Row {
  id: string;
  reference_id: string;
  /** Who the account is, whatever its id. */
  account: string;
  /** Day, amount, currency and name. */
  content: string;
  day: string | null;
  pending: boolean | null;
  duplicate_of: string | null;
}

const LIVE = `
  select t.id, t.reference_id, t.pending, t.duplicate_of, t.date::text as day,
         concat_ws('/', a.persistent_account_id, a.mask, a.name, a.type, a.subtype) as account,
         concat_ws('/', t.date::text, t.amount::text, t.currency, lower(btrim(regexp_replace(t.description, '[[:space:]]+', ' ', 'g')))) as content
    from transactions t join items i on i.id = t.item_id
    left join accounts a on a.item_id = t.item_id and a.account_id = t.account_id
   where i.plaid_item_id = $1 and t.removed_at is null`;

const ACCOUNTS = `
  select concat_ws('/', a.persistent_account_id, a.mask, a.name, a.type, a.subtype) as account
    from accounts a join items i on i.id = a.item_id where i.plaid_item_id = $1 and a.closed_at is null and a.revoked_at is null
   order by 1`;

const keyOf = ({ account, content }: Row): string => `${account}/${content}`;

/** How often each occurs. */
function counted(rows: readonly Row[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return counts;
}

/** Far above what the product asks for: below, it may well leave the pair to a person. */
const CERTAIN = 0.97;
const CERTAIN_FROM = 15;

/** Whether nobody could doubt that the two show the same accounts: posted rows of days that both have, one by one. */
function isCertain(olds: readonly Row[], news: readonly Row[]): boolean {
  const posted = (rows: readonly Row[]): Row[] =>
    rows.filter(({ pending, day }) => pending === false && day !== null);
  const since = (rows: readonly Row[], day: string): Row[] => rows.filter((row) => (row.day ?? '') >= day);
  const first = (rows: readonly Row[]): string =>
    rows.reduce((least, { day }) => (day !== null && day < least ? day : least), '9999');
  const from = [first(posted(olds)), first(posted(news))].sort().at(-1) ?? '';
  const [left, right] = [since(posted(olds), from), since(posted(news), from)];
  const [ofOld, ofNew] = [counted(left), counted(right)];
  let agreed = 0;
  for (const [key, n] of ofOld) agreed += Math.min(n, ofNew.get(key) ?? 0);
  return agreed >= CERTAIN_FROM && agreed >= CERTAIN * left.length && agreed >= CERTAIN * right.length;
}

async function sameAccounts({ sql }: CheckContext, old: WorldItem, anew: WorldItem): Promise<boolean> {
  const [a, b] = [
    await sql<{ account: string }>(ACCOUNTS, [old.itemId]),
    await sql<{ account: string }>(ACCOUNTS, [anew.itemId]),
  ].map((rows) => rows.map(({ account }) => account));
  return a !== undefined && a.length > 0 && new Set(a).size === a.length && a.join() === b?.join();
}

/** Long histories are not compared at every commit: the next sync after a while does. */
const JUDGED_LATER = `
  select 1 from relinks r join items o on o.id = r.old_item_id join items n on n.id = r.new_item_id
   where o.plaid_item_id = $1 and n.plaid_item_id = $2 and r.status = 'doubtful' and r.judge_owed`;

const isJudgedLater = async ({ sql }: CheckContext, old: WorldItem, anew: WorldItem): Promise<boolean> =>
  (await sql(JUDGED_LATER, [old.itemId, anew.itemId])).length > 0;

/** What the new Item has is not shown a second time, and nothing is hidden that it has not had. */
function checkHidden(
  context: CheckContext,
  old: WorldItem,
  olds: readonly Row[],
  news: readonly Row[],
): void {
  const hidden = olds.filter((row) => row.duplicate_of !== null);
  countChecked(context, 'rows hidden as duplicates', hidden.length);
  const behind = new Map<string, Row>();
  for (const row of hidden) {
    const other = behind.get(row.duplicate_of ?? '');
    if (other !== undefined)
      violate(
        context,
        'I1',
        `${old.subject}: ${row.reference_id} and ${other.reference_id} are hidden behind one row`,
      );
    behind.set(row.duplicate_of ?? '', row);
  }
  const free = counted(news.filter(({ id }) => !behind.has(id)));
  const twice = olds.filter((row) => row.duplicate_of === null && (free.get(keyOf(row)) ?? 0) > 0);
  if (twice.length > 0)
    violate(
      context,
      'I3',
      `${old.subject} is superseded, and ${twice.length} of its rows are shown twice, the first ${twice[0]?.reference_id}`,
      [JSON.stringify(twice[0])],
    );
}

/** Rows of others than the latest Items of these accounts: none may be hidden behind. */
const FOREIGN = `
  select o.reference_id from transactions o join items i on i.id = o.item_id
    join transactions n on n.id = o.duplicate_of join items j on j.id = n.item_id
   where i.end_user_id <> j.end_user_id or n.item_id = o.item_id or i.institution_id <> j.institution_id`;

/** Accounts that were linked again are shown once (docs/adr/0010), and a pair that nobody could doubt is recognised. */
export async function checkRelinks(context: CheckContext): Promise<void> {
  const { world, sql } = context;
  for (const old of world.items) {
    const anew = old.linkedAnewAs;
    if (anew === null || !anew.linked) continue;
    countChecked(context, `Items linked anew, ${old.superseded ? 'superseded' : 'not superseded'}`, 1);
    const [olds, news] = [await sql<Row>(LIVE, [old.itemId]), await sql<Row>(LIVE, [anew.itemId])];
    if (old.superseded) checkHidden(context, old, olds, news);
    else if (
      isFollowed(anew) &&
      !old.erased &&
      isCertain(olds, news) &&
      (await sameAccounts(context, old, anew)) &&
      !(await isJudgedLater(context, old, anew))
    )
      violate(
        context,
        'I3',
        `${old.subject} shows the same as ${anew.subject}, and is not superseded`,
        await relinksOf(context, old),
      );
  }
  for (const { reference_id: id } of await sql<{ reference_id: string }>(FOREIGN))
    violate(context, 'I8', `${id} is hidden behind a row of somebody else, or of its own Item`);
}

const relinksOf = async ({ sql }: CheckContext, { itemId }: WorldItem): Promise<string[]> =>
  (
    await sql(
      `select r.status, r.reason, r.evidence, i.health, n.plaid_item_id as new_item, n.health as new_health, n.desired_state, n.history
         from items i left join relinks r on i.id in (r.old_item_id, r.new_item_id) left join items n on n.id = r.new_item_id
        where i.plaid_item_id = $1`,
      [itemId],
    )
  ).map((row) => JSON.stringify(row));
