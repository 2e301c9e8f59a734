import { readTable } from './feed.js';
import { countChecked, violate, type CheckContext } from './context.js';

/** Of foreign Items by each organisation. */
const MOST_ASKED = 6;

/** Each organisation's key lists its own and nothing else; what is foreign is not found (invariant I8). */
export async function checkTenancy(context: CheckContext): Promise<void> {
  const { world, readers } = context;
  const ownerOf = new Map(world.items.map((item) => [item.itemId, item.tenant]));
  for (const reader of readers)
    for (const row of reader.copy.values())
      if (ownerOf.get(String(row['item_id']))?.apiKey !== reader.apiKey)
        violate(context, 'I8', `${reader.name} saw ${row.reference_id} of a foreign Item`);
  for (const tenant of world.tenants) {
    // Without a filter: what narrows the rows to an Item narrows them to its organisation by itself.
    const foreign = [...(await readTable(tenant)).values()].filter(
      (row) => ownerOf.get(String(row['item_id']))?.apiKey !== tenant.apiKey,
    );
    if (foreign.length > 0)
      violate(context, 'I8', `${tenant.name} lists ${foreign.length} rows of foreign Items`);
    for (const item of world.items.filter((one) => one.tenant !== tenant).slice(0, MOST_ASKED)) {
      const paths = [
        `/api/integrations/${item.integration.heronId}/links/${item.itemId}`,
        `/api/integrations/${item.integration.heronId}`,
        `/api/integration_links/${item.itemId}`,
      ];
      const [link = '', integration = '', put = ''] = paths;
      const asked = [
        await tenant.call('GET', link),
        await tenant.call('GET', integration),
        await tenant.call('POST', `${link}/pause`),
        await tenant.call('POST', `${link}/refresh`),
        await tenant.call('DELETE', link),
        await tenant.call('PUT', put, { end_user: { access_token: item.accessToken } }),
      ];
      countChecked(context, 'foreign ids asked for', asked.length);
      for (const { status, text } of asked)
        if (status !== 404)
          violate(
            context,
            'I8',
            `${tenant.name} was answered ${status} for ${item.subject} of ${item.tenant.name}: ${text.slice(0, 200)}`,
          );
      const listed = await tenant.call('GET', `/api/transactions?item_id=${item.itemId}`);
      const found = (listed.json as { transactions?: unknown[] } | null)?.transactions?.length ?? 0;
      if (found > 0)
        violate(
          context,
          'I8',
          `${tenant.name} lists ${found} rows of ${item.subject} of ${item.tenant.name}`,
        );
    }
  }
}
