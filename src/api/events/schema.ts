import { z } from 'zod';
import { LIVE_EVENT_TYPES } from '../../domain/live-event.js';

const liveEvent = z
  .object({
    type: z.enum(LIVE_EVENT_TYPES).meta({
      description:
        'What has changed: an `item` (its link), the `transactions` of an Item, a `webhook` that came, an `integration`, an `end_user`, an `audit` or a `relink`. `reset`: more than is told one by one; read anew whatever is shown. Ids that are absent are not known: it may be any.',
    }),
    heron_id: z.string().optional().meta({ description: 'Of the webhook, audit, relink or integration.' }),
    item_id: z.string().optional().meta({ description: "Plaid's item_id." }),
    integration_heron_id: z.string().optional(),
    end_user_heron_id: z.string().optional(),
  })
  .meta({ id: 'LiveEvent' });

export const eventBatch = z.object({ events: z.array(liveEvent) }).meta({ id: 'LiveEvents' });
