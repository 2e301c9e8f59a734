import { z } from 'zod';
import { END_USER_ORDERS, END_USER_STATUSES } from '../../db/queries/end-users.js';
import { LINK_STATUSES } from '../../domain/item-status.js';
import { flag, heronId, listOf, notAvailable, text, time, whole } from '../fields.js';

const endUserId = text(1, 140).meta({ description: 'Your own id of the customer.' });
const changeable = {
  name: text(1, 128).nullable().optional().meta({ description: "The customer's name." }),
  status: z.enum(END_USER_STATUSES).optional(),
  is_portfolio: z.boolean().optional(),
};

export const newEndUser = z.object({ end_user_id: endUserId, ...changeable }).meta({ id: 'NewEndUser' });
export const endUserChanges = z
  .object({ end_user_id: endUserId, ...changeable })
  .meta({ id: 'EndUserChanges', description: 'end_user_id says whose; what is left out stays as it is.' });

export const endUser = z
  .object({
    heron_id: z.string().meta({ examples: ['eus_3mJr7AoUXx2WqdBvcQTzHa'] }),
    end_user_id: z.string(),
    name: z.string().nullable(),
    status: z.enum(END_USER_STATUSES),
    is_portfolio: z.boolean(),
    created: time,
    last_updated: time,
    last_processed_at: time.nullable(),
    erased_at: time.nullable().meta({
      description:
        'When its data and its name were erased; null again once something is linked or set for it.',
    }),
    data_sources: z
      .array(z.object({ type: z.literal('integration_link'), status: z.enum(LINK_STATUSES) }))
      .optional()
      .meta({ description: 'Only with include_data_sources.' }),
    activity: z
      .object({
        connections: z.int().meta({ description: 'Links, those too that are not synced any more.' }),
        statuses: z.array(z.enum(LINK_STATUSES)).meta({ description: 'Of its links, each once.' }),
        last_activity: time
          .nullable()
          .meta({ description: 'When one of them was last linked, synced or told of by a webhook.' }),
      })
      .optional()
      .meta({ description: 'Only with include_activity.' }),
  })
  .meta({ id: 'EndUser' });

export const endUserAnswer = z.object({ end_user: endUser });
export const endUsersAnswer = z.object({
  end_users: z.array(endUser),
  _meta: z.object({
    limit: z.int(),
    page: z.int(),
    pages: z.int(),
    total: z.int(),
    next_url: z.string().nullable(),
    prev_url: z.string().nullable(),
  }),
});

const includeDataSources = flag
  .optional()
  .meta({ description: 'Adds the type and status of its data sources.' });

const includeActivity = flag
  .optional()
  .meta({ description: 'Adds the number and statuses of its links, and when something last happened.' });

export const endUserQuery = z.strictObject({
  include_data_sources: includeDataSources,
  include_activity: includeActivity,
});
export const endUserList = z.strictObject({
  heron_id: heronId('endUser').optional(),
  end_user_id: text(1, 140).optional(),
  name: text(1, 128).optional(),
  status: z.enum(END_USER_STATUSES).optional(),
  is_portfolio: flag.optional(),
  order_by: z.enum(END_USER_ORDERS).default('last_updated_desc'),
  page: whole(1, 1_000_000).default(1),
  limit: whole(1, 10_000).default(1_000),
  include_data_sources: includeDataSources,
  include_activity: includeActivity,
  q: text(1, 140).optional().meta({
    description:
      'Part of your id or of the name; or as a whole a heron_id or an id of Plaid: of the end user, or of an Item, an account or a transaction of theirs. Whose own id it is as a whole comes first.',
  }),
  link_status: listOf(LINK_STATUSES)
    .optional()
    .meta({ description: 'Those who have a link in one of these; may be given several times.' }),
  include_scorecard_metrics: notAvailable,
  include_tags: notAvailable,
});

/** A line of the export. */
export const exportLine = z
  .object({
    type: z.enum(['end_user', 'link', 'data_source', 'transaction', 'end']).meta({
      description:
        '`end_user` first; then each `link`, each `data_source` with its accounts and balances, each `transaction` with its versions; and `end`, without which the export is cut off.',
    }),
  })
  .loose()
  .meta({ id: 'EndUserExportLine' });

export const endUserDeletion = z
  .strictObject({
    remove_at_plaid: z.boolean().default(false).meta({
      description:
        'Also call /item/remove for each Item, which ends the access and the billing at Plaid. Cannot be undone.',
    }),
  })
  .meta({ id: 'EndUserDeletion' });

export const AT_PLAID = ['kept', 'removed', 'unconfirmed', 'unknown'] as const;

const erasedLink = z.object({
  item_id: z.string().meta({ description: "Plaid's item_id." }),
  integration_heron_id: z.string(),
  erased: z.boolean().meta({
    description: 'Whether its data is erased; false: the database did not get that far, see `message`.',
  }),
  at_plaid: z.enum(AT_PLAID).meta({
    description:
      '`kept`: its removal was not asked for. `removed`: Plaid has confirmed it, or it was gone there. `unconfirmed`: Plaid has not confirmed it; its data is erased all the same, its token is kept, sealed, so that a repeat of the request can ask again. `unknown`: its token was erased before, so Plaid was not asked; call /item/remove yourself.',
  }),
  message: z.string().nullable().meta({ description: 'Why something is left; null where nothing is.' }),
});

/** `heron_id` and `status` are the contract's; there it is always `pending`. */
export const endUserDeleted = z
  .object({
    heron_id: z.string(),
    end_user_id: z.string(),
    status: z.enum(['done', 'pending']).meta({
      description: '`pending`: something is left, see `links`; the same request goes on with it.',
    }),
    links: z.array(erasedLink).meta({ description: 'All links of the end user, oldest first.' }),
  })
  .meta({ id: 'EndUserDeleted' });
