import type { Deps } from '../../deps.js';
import type { InboxFilter } from '../../db/queries/inbox-reads.js';
import { AppError } from '../../domain/errors.js';
import { fromPublicId } from '../../domain/ids.js';
import { keysetPage, parsePlace } from '../keyset.js';
import { route, type Route } from '../route.js';
import { presentWebhook, presentWhole } from './present.js';
import { createReplay } from './replay.js';
import {
  inboxAnswer,
  inboxQuery,
  inboxWebhookAnswer,
  replayAnswer,
  replayMany,
  replayOne,
  replaysAnswer,
} from './schema.js';
import type { z } from 'zod';

const tag = 'Inbox';
const params = { webhook_id: 'heron_id of the webhook (`iwh_…`).' };

type Filters = Omit<z.output<typeof inboxQuery>, 'cursor' | 'limit'>;

const filterOf = (query: Filters): InboxFilter => ({
  integrationId: query.integration_heron_id,
  plaidItemId: query.item_id,
  verdict: query.verdict,
  state: query.state,
  webhookType: query.webhook_type,
  webhookCode: query.webhook_code,
  receivedMin: query.received_min,
  receivedMax: query.received_max,
  forwardState: query.forward_state,
  redelivered: query.redelivered,
  text: query.q,
});

const notFound = (id: string): AppError =>
  new AppError('webhook.not_found', { description: `There is no webhook ${id}.` });

function webhookIdOf({ webhook_id: id = '' }: Readonly<Record<string, string>>): string {
  const rowId = fromPublicId('inboxWebhook', id);
  if (rowId === null) throw notFound(id);
  return rowId;
}

export function createInboxRoutes(
  deps: Pick<Deps, 'inbox' | 'inboxReads' | 'inboxReplays' | 'secrets' | 'verifyWebhook' | 'signals'>,
): Route[] {
  const { inboxReads } = deps;
  const replay = createReplay(deps);
  return [
    route({
      method: 'get',
      path: '/api/plaid_webhooks',
      role: 'read_only',
      tag,
      summary: 'List the webhooks that Plaid sent',
      description:
        'The inbox: everything that came to the webhook URLs. Consumed webhooks are removed after INBOX_RETENTION.',
      query: inboxQuery,
      responses: { 200: { description: 'Newest first.', schema: inboxAnswer } },
      async handle({ organizationId, query: { cursor, limit, ...query } }) {
        const found = await inboxReads.list(organizationId, filterOf(query), {
          before: parsePlace(cursor)?.id ?? null,
          limit: limit + 1,
        });
        const { rows, next } = keysetPage(found, limit, ({ id }) => ({ at: null, id }));
        return { status: 200, body: { plaid_webhooks: rows.map(presentWebhook), next_cursor: next } };
      },
    }),

    route({
      method: 'get',
      path: '/api/plaid_webhooks/{webhook_id}',
      role: 'read_only',
      tag,
      summary: 'Get a webhook with its body and headers',
      params,
      responses: { 200: { description: 'As it came.', schema: inboxWebhookAnswer } },
      errors: ['webhook.not_found'],
      async handle({ organizationId, params: given }) {
        const row = await inboxReads.find(organizationId, webhookIdOf(given));
        if (row === null) throw notFound(given.webhook_id ?? '');
        return { status: 200, body: { plaid_webhook: presentWhole(row) } };
      },
    }),

    route({
      method: 'post',
      path: '/api/plaid_webhooks/{webhook_id}/replay',
      role: 'member',
      tag,
      summary: 'Replay a webhook',
      description:
        'Makes it count again: its Item is looked at as if it had just come. One that was rejected is verified again first, and only then believed.',
      params,
      body: { schema: replayOne, envelope: 'replay', optional: true },
      responses: { 200: { description: 'What came of it.', schema: replayAnswer } },
      errors: ['webhook.not_found'],
      async handle({ organizationId, params: given, body }) {
        const [result] = await replay(organizationId, [webhookIdOf(given)], body);
        if (!result) throw notFound(given.webhook_id ?? '');
        return { status: 200, body: { replay: result } };
      },
    }),

    route({
      method: 'post',
      path: '/api/plaid_webhooks/replay',
      role: 'member',
      tag,
      summary: 'Replay many webhooks',
      description:
        'The oldest that match, at most `limit`. An Item is looked at once, however many of its webhooks are replayed.',
      body: { schema: replayMany, envelope: 'replay' },
      responses: { 200: { description: 'What came of each.', schema: replaysAnswer } },
      async handle({ organizationId, body: { heron_ids: ids, limit, forward, ...query } }) {
        const chosen = ids ?? (await inboxReads.oldest(organizationId, filterOf(query), limit));
        return { status: 200, body: { replays: await replay(organizationId, chosen, { forward }) } };
      },
    }),
  ];
}
