import type { InboxFilter } from '../../api/inbox';
import type { InboxSearch } from '../../search';

/** A moment of a day in the viewer's zone; undefined where there is no such day. */
function momentOf(day: string | undefined, time: string): string | undefined {
  if (day === undefined) return undefined;
  const moment = new Date(`${day}T${time}`);
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}

/** The address in the words of the API. */
export const filterOf = (search: InboxSearch): InboxFilter => ({
  q: search.q,
  item_id: search.item,
  webhook_code: search.code,
  integration_heron_id: search.integration,
  verdict: search.verdict,
  state: search.state,
  forward_state: search.forward,
  redelivered: search.redelivered,
  received_min: momentOf(search.from, '00:00:00'),
  received_max: momentOf(search.to, '23:59:59.999'),
});
