import { z } from 'zod';
import { WEBHOOK_STATES } from '../../db/queries/inbox-reads.js';
import { flag, heronId, queryTime, text, time, wholeNumber } from '../fields.js';
import { keysetQuery, nextCursor } from '../keyset.js';

const verdict = z.enum(['verified', 'stale', 'rejected']).meta({
  description:
    '`verified`: signed by Plaid. `stale`: signed by Plaid, long ago; taken as a hint. `rejected`: not believed, kept for diagnosis.',
});
const state = z.enum(WEBHOOK_STATES).meta({
  description:
    '`waiting` for the next look at its Item. `consumed` by one. `unmatched`: its Item is not linked. `stopped`: its Item is not synced any more. `rejected`: not believed.',
});

const forwardState = z.enum(['none', 'pending', 'sent', 'failed', 'stopped']);

const inboxWebhookFields = {
  heron_id: z.string().meta({ examples: ['iwh_3mJr7AoUXx2WqdBvcQTzHa'] }),
  integration_heron_id: z.string(),
  item_id: z.string().nullable().meta({ description: "Plaid's item_id, as the body has it." }),
  verdict,
  rejection: z.string().nullable().meta({
    description:
      'Why it was rejected: `header_missing`, `header_malformed`, `algorithm_not_allowed`, `key_id_missing`, `key_unknown`, `key_expired`, `signature_invalid`, `claims_malformed`, `body_mismatch`, `issued_in_future`.',
  }),
  state,
  webhook_type: z.string().nullable(),
  webhook_code: z.string().nullable(),
  deliveries: z.int().meta({ description: 'How often the same webhook came.' }),
  received: time,
  last_received: time,
  forward: z.object({
    state: forwardState,
    attempts: z.int(),
    error: z.string().nullable(),
    forwarded: time.nullable(),
  }),
  replays: z.int(),
  last_replayed: time.nullable(),
};

export const inboxWebhook = z.object(inboxWebhookFields).meta({ id: 'InboxWebhook' });
export const inboxWebhookWhole = z
  .object({
    ...inboxWebhookFields,
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable().meta({ description: 'The body as text; null when it is not UTF-8.' }),
    body_base64: z.string().meta({ description: 'The bytes as they came.' }),
    body_shortened: z.boolean().meta({
      description: 'Of a rejected webhook over 16 KiB only the beginning is kept, and it cannot be replayed.',
    }),
  })
  .meta({ id: 'InboxWebhookWhole' });

const filters = {
  integration_heron_id: heronId('integration').optional(),
  item_id: text(1, 256).optional().meta({ description: "Plaid's item_id." }),
  verdict: verdict.optional(),
  state: state.optional(),
  webhook_type: text(1, 200).optional(),
  webhook_code: text(1, 200).optional(),
  received_min: queryTime.optional(),
  received_max: queryTime.optional(),
  forward_state: forwardState.optional(),
};
const q = text(1, 200).optional().meta({
  description:
    "Part of Plaid's item_id, of the webhook_code or of the reason of a rejection, in whatever case; or of the body, as it came.",
});

export const inboxQuery = z.strictObject({
  ...filters,
  redelivered: flag.optional().meta({ description: 'Whether the same webhook came more than once.' }),
  q,
  ...keysetQuery,
});
export const inboxAnswer = z.object({ plaid_webhooks: z.array(inboxWebhook), next_cursor: nextCursor });
export const inboxWebhookAnswer = z.object({ plaid_webhook: inboxWebhookWhole });

const forward = z.boolean().default(false).meta({
  description: "Also pass it on again to the integration's webhook_url, if there is one.",
});

export const replayOne = z.strictObject({ forward });

/** No filter at all would replay everything: that has to be said. */
export const replayMany = z
  .strictObject({
    ...filters,
    redelivered: z.boolean().optional(),
    q,
    heron_ids: z
      .array(heronId('inboxWebhook'))
      .min(1, 'Must name 1 to 500 webhooks.')
      .max(500, 'Must name 1 to 500 webhooks.')
      .optional()
      .meta({ description: 'Just these, whatever else is given.' }),
    limit: wholeNumber(1, 500).default(100).meta({ description: 'At most so many, the oldest.' }),
    forward,
  })
  .refine(
    ({ forward: _forward, limit: _limit, ...chosen }) =>
      Object.values(chosen).some((value) => value !== undefined),
    {
      message: 'Name heron_ids or at least one filter.',
    },
  )
  .meta({ id: 'Replay' });

export const replayResult = z
  .object({
    heron_id: z.string(),
    outcome: z
      .enum([
        'replayed',
        'unmatched',
        'stopped',
        'superseded',
        'still_rejected',
        'body_shortened',
        'key_unavailable',
      ])
      .meta({
        description:
          '`replayed`: its Item is looked at. `unmatched`: its Item is not linked. `stopped`: its Item is not synced any more; post it to the link URL again, and the link reads what was missed. `superseded`: its Item rests for a newer one (`superseded_by_item_id` of the link), so nothing is looked at; a revert of the relink reads what was missed. `still_rejected`: verified again, in vain; `rejection` says why. `body_shortened`: rejected with more than 16 KiB, of which only the beginning is kept; send it to the webhook URL again. `key_unavailable`: Plaid did not give the key; try again.',
      }),
    plaid_webhook_heron_id: z
      .string()
      .meta({ description: 'Another id than heron_id when a rejected one has been verified now.' }),
    forwarded: z.boolean().meta({ description: 'It is being passed on again.' }),
  })
  .meta({ id: 'ReplayResult' });

export const replaysAnswer = z.object({ replays: z.array(replayResult) });
export const replayAnswer = z.object({ replay: replayResult });
