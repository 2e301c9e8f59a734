import type { z } from 'zod';
import type { Deps } from '../../deps.js';
import type { InboxRowWhole } from '../../db/queries/inbox-reads.js';
import { toPublicId } from '../../domain/ids.js';
import { createKeySource } from '../webhooks/key-source.js';
import { readWebhookFields, type WebhookFields } from '../webhooks/webhook-body.js';
import type { replayResult } from './schema.js';

type ReplayResult = z.input<typeof replayResult>;

/** Replays inbox rows (ids) of an organisation, in their order. Unknown ids are left out. */
export type Replay = (
  organizationId: string,
  ids: readonly string[],
  options: { forward: boolean },
) => Promise<ReplayResult[]>;

export function createReplay(
  deps: Pick<Deps, 'inbox' | 'inboxReads' | 'inboxReplays' | 'secrets' | 'verifyWebhook' | 'signals'>,
): Replay {
  const { inbox, inboxReads, inboxReplays, verifyWebhook, signals } = deps;
  const keySource = createKeySource(deps.secrets);

  /** A rejected webhook is believed only if its signature is right: Plaid may not have had the key for us then. */
  const verifiedAnew = async (
    row: InboxRowWhole,
  ): Promise<{ id: string } | { outcome: 'still_rejected' | 'body_shortened' | 'key_unavailable' }> => {
    // Verified all the same it would be called forged, which nobody knows.
    if (row.body_shortened) return { outcome: 'body_shortened' };
    const integration = await inbox.findIntegration(row.integration_id);
    if (!integration) return { outcome: 'still_rejected' };
    const verified = await verifyWebhook({
      source: keySource(integration),
      verification: row.headers['plaid-verification'],
      body: row.body,
    });
    if (verified.kind === 'rejected') return { outcome: 'still_rejected' };
    if (verified.kind === 'key_unavailable') return { outcome: 'key_unavailable' };
    // Signed by Plaid, so it is an object; the verdict is `stale` unless it came a moment ago.
    const fields: WebhookFields = readWebhookFields(row.body);
    const received = await inbox.receive({
      organizationId: integration.organization_id,
      integrationId: integration.id,
      verdict: verified.kind,
      ...fields,
      body: row.body,
      headers: row.headers,
      jwtHash: verified.jwtHash,
      forward: false,
    });
    // Noted as sent by now, so that the replay below owes none.
    if (received.signal && received.itemId !== null)
      signals.look({ id: received.itemId, organizationId: integration.organization_id });
    // A crash before this leaves both; the JWT's hash keeps the other one single.
    await inboxReplays.dropRejected(integration.organization_id, row.id);
    return { id: received.webhookId };
  };

  return async (organizationId, ids, { forward }) => {
    const results: ReplayResult[] = [];
    const accepted = new Map<string, string>();
    for (const id of ids) {
      const row = await inboxReads.find(organizationId, id);
      if (row === null) continue;
      if (row.verdict !== 'rejected') {
        accepted.set(id, id);
        continue;
      }
      const anew = await verifiedAnew(row);
      if ('id' in anew) accepted.set(anew.id, id);
      else {
        const heronId = toPublicId('inboxWebhook', id);
        results.push({ heron_id: heronId, plaid_webhook_heron_id: heronId, forwarded: false, ...anew });
      }
    }
    const replayed = await inboxReplays.replay(organizationId, [...accepted.keys()], forward);
    for (const { id, outcome, itemId, signal, forward: isForwarded } of replayed) {
      if (signal && itemId !== null) signals.look({ id: itemId, organizationId });
      if (isForwarded) signals.forward({ id, organizationId });
      results.push({
        heron_id: toPublicId('inboxWebhook', accepted.get(id) ?? id),
        plaid_webhook_heron_id: toPublicId('inboxWebhook', id),
        outcome,
        forwarded: isForwarded,
      });
    }
    return results;
  };
}
