import type { z } from 'zod';
import type { Deps } from '../../deps.js';
import { toPublicId, type IdKind } from '../../domain/ids.js';
import type { LiveEvent, LiveEventType } from '../../domain/live-event.js';
import { route, type Route } from '../route.js';
import { createEventHub } from './hub.js';
import { eventBatch } from './schema.js';

/** Whoever follows shows by coming again that it still may: EventSource does so by itself. */
const LONGEST_MS = 15 * 60_000;

const ID_KINDS: Partial<Record<LiveEventType, IdKind>> = {
  webhook: 'inboxWebhook',
  integration: 'integration',
  audit: 'audit',
  relink: 'relink',
};

function present({
  type,
  id,
  item,
  integration,
  endUser,
}: LiveEvent): z.input<typeof eventBatch>['events'][number] {
  const kind = ID_KINDS[type];
  return {
    type,
    ...(id === undefined || kind === undefined ? {} : { heron_id: toPublicId(kind, id) }),
    ...(item === undefined ? {} : { item_id: item }),
    ...(integration === undefined ? {} : { integration_heron_id: toPublicId('integration', integration) }),
    ...(endUser === undefined ? {} : { end_user_heron_id: toPublicId('endUser', endUser) }),
  };
}

/** A sign of life is a batch of nothing: EventSource keeps comments to itself, and who follows has to notice that none come. */
const encode = (events: readonly LiveEvent[] | null): string =>
  `data: ${JSON.stringify({ events: (events ?? []).map(present) })}\n\n`;

export function createEventRoutes(deps: Pick<Deps, 'config' | 'eventReads' | 'logger'>): Route[] {
  const hub = createEventHub({
    reads: deps.eventReads,
    logger: deps.logger,
    databaseUrl: deps.config.DATABASE_URL,
    name: 'api',
    encode,
  });
  return [
    route({
      method: 'get',
      path: '/api/events',
      role: 'read_only',
      // EventSource comes again by itself for as long as a tab is open.
      keepsSession: false,
      tag: 'Events',
      summary: 'Follow what changes',
      description:
        'Server-Sent Events: whatever changes in the organisation is told within a second, as the ids of what is to be read anew. For people who look at it; programs follow `GET /api/transactions/changes`, which loses nothing. A batch without events comes every 15 seconds when there is nothing to tell: a stream that is silent for longer is broken. The stream ends after a quarter of an hour: connect again and read anew what is shown.',
      responses: {
        200: {
          description: 'Each message is one batch of events.',
          schema: eventBatch,
          contentType: 'text/event-stream; charset=utf-8',
        },
      },
      async handle({ organizationId, signal }) {
        const stream = await hub.follow(
          organizationId,
          AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]),
        );
        // Proxies must not hold back what is small, nor keep it.
        return {
          status: 200,
          stream,
          headers: { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' },
        };
      },
    }),
  ];
}
