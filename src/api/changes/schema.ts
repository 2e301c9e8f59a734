import { z } from 'zod';
import { text, whole } from '../fields.js';
import { flatTransaction, include } from '../transactions/schema.js';

export const changesQuery = z.strictObject({
  cursor: text(1, 300)
    .optional()
    .meta({ description: 'next_cursor of the page before; without one the feed starts at its beginning.' }),
  limit: whole(1, 1_000).default(500),
  end_user_id: text(1, 140).optional().meta({ description: 'Only changes of this end user.' }),
  include,
  wait: whole(0, 30).default(0).meta({ description: 'Seconds to wait for a change when there is none yet.' }),
});

export const changesAnswer = z
  .object({
    changes: z.array(
      z.object({
        op: z.enum(['upsert', 'delete']).meta({
          description:
            '`delete`: the bank no longer reports it, its data were erased, or a row of a newer Item stands for it (`duplicate_of_id`).',
        }),
        transaction: flatTransaction,
      }),
    ),
    next_cursor: z.string().meta({ description: 'Always there: keep it, also when nothing has changed.' }),
    has_more: z.boolean().meta({ description: 'More is there already: ask again at once.' }),
  })
  .meta({ id: 'Changes' });
