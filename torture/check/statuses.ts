import { isGone, type WorldItem } from '../driver/world.js';
import { countChecked, violate, type CheckContext } from './context.js';

interface Link {
  item_id: string;
  status: string;
  status_message: string | null;
  action: string | null;
}

interface Expected {
  status: string;
  /** Of `[CODE] …`. */
  code?: string;
  action?: string;
}

function expected(item: WorldItem): Expected {
  if (item.bank.kind === 'removed' && !item.superseded) return { status: 'deleted_in_plaid' };
  if (item.superseded) return { status: 'sync_disabled', code: 'SUPERSEDED' };
  if (item.desired !== 'active') return { status: 'sync_disabled' };
  if (isGone(item)) return { status: 'deleted_in_plaid' };
  if (item.bank.kind === 'broken') return { status: 'erroring', code: item.bank.code, action: 'update_mode' };
  return { status: 'active' };
}

async function linkOf(item: WorldItem): Promise<Link | null> {
  const { tenant, integration, itemId } = item;
  const { status, json } = await tenant.call(
    'GET',
    `/api/integrations/${integration.heronId}/links/${itemId}`,
  );
  return status === 200 ? (json as { link: Link }).link : null;
}

/** What Temporal answers of a workflow by itself. */
const METADATA_QUERY = '__temporal_workflow_metadata';

/** Whoever looks at Temporal's UI reads the same there. */
async function checkDetails({ sql, temporal, ...context }: CheckContext, item: WorldItem, code: string) {
  const [row] = await sql<{ id: string }>('select id from items where plaid_item_id = $1', [item.itemId]);
  const { currentDetails = '' } = await temporal.workflow
    .getHandle(`item/${row?.id}`)
    .query<{ currentDetails?: string }>(METADATA_QUERY);
  countChecked(context, 'details of workflows', 1);
  if (!currentDetails.includes(`[${code}]`))
    violate(context, 'I10', `${item.subject}: the details of its workflow do not tell of ${code}`, [
      currentDetails,
    ]);
}

/** An Item that is removed because its accounts were linked anew: no webhook tells of it. */
const isUntold = (item: WorldItem): boolean => item.linkedAnewAs !== null && isGone(item);

/** Every link says in the API what is the matter with it, and what to do (invariant I10). */
export async function checkStatuses(
  context: CheckContext,
  which: (item: WorldItem) => boolean,
): Promise<void> {
  for (const item of context.world.items) {
    if (!item.linked || !which(item) || isUntold(item)) continue;
    const wanted = expected(item);
    const link = await linkOf(item);
    countChecked(context, 'statuses', 1);
    if (link === null) {
      // A deleted link is no longer shown; its rows are.
      if (item.desired !== 'disabled') violate(context, 'I10', `${item.subject}: its link is not shown`);
      continue;
    }
    const code = /^\[(\w+)\]/.exec(link.status_message ?? '')?.[1];
    const fits =
      link.status === wanted.status &&
      (wanted.code === undefined || code === wanted.code) &&
      (wanted.action === undefined || link.action === wanted.action) &&
      (wanted.status !== 'active' || link.status_message === null);
    if (fits) {
      if (link.status === 'erroring' && code !== undefined) await checkDetails(context, item, code);
      continue;
    }
    violate(
      context,
      'I10',
      `${item.subject} (${item.itemId}) is ${link.status} (${link.status_message}, action ${link.action}), expected ${JSON.stringify(wanted)}`,
      [
        ...context.journal.about(item.subject, 15).map(({ atMs, what }) => `${atMs} ms: ${what}`),
        ...(
          await context.sql(
            `select i.*, s.* from items i join item_sync s on s.item_id = i.id where i.plaid_item_id = $1`,
            [item.itemId],
          )
        ).map(({ access_token_ciphertext: _, ...row }) => JSON.stringify(row)),
      ],
    );
  }
}
