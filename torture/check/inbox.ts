import { isGone } from '../driver/world.js';
import { countChecked, violate, type CheckContext } from './context.js';

interface InboxRow {
  hash: string;
  verdict: string;
  consumed: boolean | null;
}

/** Every webhook that was answered 200 is in the inbox, and has had its effect (invariant I5); its forward has arrived. */
export async function checkInbox(context: CheckContext): Promise<void> {
  const { sql, webhooks, world, receiver } = context;
  await webhooks.update();
  const answered = webhooks.answered();
  countChecked(context, 'webhooks answered 200', answered.length);
  const rows = await sql<InboxRow>(
    `select encode(w.jwt_hash, 'hex') as hash, w.verdict, s.synced_gen >= w.gen as consumed
       from plaid_webhooks w left join item_sync s on s.item_id = w.item_id where w.verdict <> 'rejected'`,
  );
  const inbox = new Map(rows.map((row) => [row.hash, row]));
  const items = new Map(world.items.map((item) => [item.itemId, item]));
  for (const { itemId, code, jwtHash } of answered) {
    const row = inbox.get(jwtHash);
    const item = items.get(itemId);
    if (row === undefined)
      violate(
        context,
        'I5',
        `${code} of ${item?.subject ?? itemId} was answered 200 and is not in the inbox`,
      );
    else if (
      row.consumed !== true &&
      item?.linked === true &&
      item.desired === 'active' &&
      !item.superseded &&
      // Plaid answers nothing about it any more, whatever its webhooks told before.
      !isGone(item)
    )
      violate(context, 'I5', `${code} of ${item.subject} was answered 200 and has had no effect`);
  }
  const forwards = await sql<{ forward_state: string; n: number }>(
    `select forward_state, count(*)::integer as n from plaid_webhooks where verdict <> 'rejected' group by 1`,
  );
  for (const { forward_state: state, n } of forwards) {
    if (state === 'sent') countChecked(context, 'webhooks forwarded', n);
    if (state === 'pending' || state === 'failed')
      violate(context, 'I5', `${n} webhooks are not forwarded: ${state}`);
    if (state === 'sent' && receiver.taken.size < n)
      violate(context, 'I5', `${n} webhooks count as forwarded, the receiver has ${receiver.taken.size}`);
  }
}
