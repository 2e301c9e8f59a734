import { z } from 'zod';
import { LINK_STATUSES } from '../../domain/item-status.js';
import { NEXT_ACTIONS } from '../../domain/next-action.js';
import { flag, heronId, listOf, text, time } from '../fields.js';
import { keysetQuery, nextCursor } from '../keyset.js';
import { link } from '../links/schema.js';

const itemFields = {
  integration: z.object({
    heron_id: z.string(),
    name: z.string(),
    deleted: z.boolean().meta({ description: 'The integration was deleted; the data of the Item stay.' }),
  }),
  end_user: z.object({
    heron_id: z.string(),
    end_user_id: z.string().meta({ description: 'Your own id of the customer.' }),
    name: z.string().nullable(),
  }),
};

export const item = link.extend(itemFields).meta({ id: 'Item' });

export const itemDetails = link
  .extend({
    ...itemFields,
    next_action: z
      .object({
        what: z.enum(NEXT_ACTIONS),
        at: time.nullable().meta({ description: 'Null: at once.' }),
      })
      .nullable()
      .meta({
        description:
          'What Ardea does next by itself. `first_sync`: fetches the Item for the first time. `sync`: fetches what a webhook or a user has told of. `retry`: tries again after a failure. `resync`: reads the whole history anew. `reconcile`: fetches because its time has come. `probe`: asks Plaid whether the Item works again. `probe_keys`: asks Plaid whether it takes the keys of the integration again. Null: nothing unless a person acts.',
      }),
    workflow: z
      .object({
        id: z.string().meta({ description: 'Of the workflow in Temporal.' }),
        url: z.string().nullable().meta({
          description: 'Where it is in the Temporal UI; null unless TEMPORAL_UI_URL is set.',
        }),
      })
      .meta({ description: 'What syncs the Item.' }),
  })
  .meta({ id: 'ItemDetails' });

export const itemsQuery = z.strictObject({
  status: listOf(LINK_STATUSES).optional().meta({ description: 'Any of these; may be given several times.' }),
  attention: flag.optional().meta({
    description: 'true: only Items that a person has to do something about. false: only the others.',
  }),
  integration_heron_id: heronId('integration').optional(),
  end_user_id: text(1, 140).optional().meta({ description: 'Your own id of the customer, or the heron_id.' }),
  q: text(1, 200).optional().meta({
    description: "Part of Plaid's item_id, of the institution, or of the end user's id or name.",
  }),
  ...keysetQuery,
});

export const itemsAnswer = z.object({ items: z.array(item), next_cursor: nextCursor });
export const itemAnswer = z.object({ item: itemDetails });
export const itemSummary = z
  .object({
    total: z.int(),
    attention: z.int().meta({ description: 'Items that a person has to do something about.' }),
    by_status: z.object(
      Object.fromEntries(LINK_STATUSES.map((status) => [status, z.int()])) as {
        [S in (typeof LINK_STATUSES)[number]]: z.ZodInt;
      },
    ),
  })
  .meta({ id: 'ItemSummary' });
export const itemSummaryAnswer = z.object({ summary: itemSummary });
