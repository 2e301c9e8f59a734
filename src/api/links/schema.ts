import { z } from 'zod';
import { flag, text, time } from '../fields.js';
import { ATTENTION_CODES } from '../../domain/attention.js';
import { DESIRED_STATES, ITEM_ACTIONS, LINK_STATUSES } from '../../domain/item-status.js';
import { WEBHOOK_DELIVERIES } from './webhook-delivery.js';

export const endUserAddress = text(1, 140);

export const newLink = z
  .object({
    item_id: text(1, 255).meta({ description: "Plaid's item_id, from /item/public_token/exchange." }),
    access_token: text(1, 512).meta({
      description: 'The access_token of that Item. Stored encrypted, never shown.',
      writeOnly: true,
    }),
    end_user_id: text(1, 140).meta({ description: 'Your own id of the customer; created if it is new.' }),
    end_user_name: text(1, 128).nullable().optional().meta({ description: "The customer's name." }),
  })
  .meta({ id: 'NewLink' });

export const newToken = z
  .object({
    access_token: text(1, 512).meta({ description: 'The new access_token of the Item.', writeOnly: true }),
  })
  .meta({ id: 'NewToken' });

const linkAction = z.enum(ITEM_ACTIONS);

export const attention = z
  .object({
    code: z.enum(ATTENTION_CODES),
    reason: z.string().nullable().meta({
      description: "Plaid's reason, the account_id that was withdrawn, or the heron_id of the relink.",
    }),
    deadline: time.nullable().meta({
      description: 'Until when it must be done, or the Item stops working; null where Plaid does not say.',
    }),
    since: time,
    action: linkAction,
    message: z.string().meta({ description: 'What to do.' }),
  })
  .meta({ id: 'LinkAttention' });

export const link = z
  .object({
    item_id: z.string().meta({ description: "Plaid's item_id." }),
    type: z.literal('plaid_integration'),
    status: z.enum(LINK_STATUSES).meta({
      description:
        '`pending`: nothing synced yet. `syncing`: a long sync is under way. `active`: the last sync went through. `erroring`: waits for a person, see `action`. `sync_disabled`: paused or deleted by you, or superseded by another Item. `deleted_in_plaid`: gone at Plaid.',
    }),
    status_message: z.string().nullable().meta({ description: "`[PLAID_ERROR_CODE] Plaid's message`." }),
    status_since: time,
    desired_state: z.enum(DESIRED_STATES).meta({
      description:
        'What you want of it. `paused`: nothing, until you resume it. `disabled`: it was deleted, alone or with its integration; only posting it again revives it.',
    }),
    action: linkAction.nullable().meta({
      description:
        'What a person has to do: send the customer through Link in update mode; link anew; correct the keys of the integration; decide about a resync or a relink; report a mistake of Ardea; or nothing but wait, for a passing failure.',
    }),
    attention: z.array(attention).meta({
      description:
        'What the Item needs from a person although it still works, or rests for another one; empty as a rule.',
    }),
    consent_expires: time
      .nullable()
      .meta({ description: "When the end user's consent ends, where it does." }),
    history: z.enum(['pending', 'initial', 'complete']).meta({
      description: 'How much history Plaid has delivered: none yet, about 30 days, all.',
    }),
    institution: z.object({ institution_id: z.string().nullable(), name: z.string().nullable() }),
    end_user_heron_id: z.string(),
    integration_heron_id: z.string(),
    data_source_heron_id: z.string(),
    plaid_webhook_url: z.string().nullable().meta({
      description: 'Where Plaid sends the webhooks of this Item, as far as Plaid has told.',
    }),
    webhook_delivery: z.enum(WEBHOOK_DELIVERIES).meta({
      description:
        '`direct`: Plaid sends the webhooks here. `forwarded`: elsewhere, and they have come from there. `elsewhere`: elsewhere, and none has ever come. `none`: there is no webhook. `unknown`: Plaid has not been asked yet. Without webhooks changes are found by polling.',
    }),
    webhook_message: z.string().nullable().meta({ description: 'What to do; null where webhooks come.' }),
    last_webhook: time.nullable().meta({ description: 'When the last webhook of this Item came.' }),
    superseded_by_item_id: z.string().nullable().meta({
      description:
        "Plaid's item_id of the Item with which the same accounts were linked again, and for which this one rests; `status_message` says how it stands with that one. See `GET /api/relinks`.",
    }),
    supersedes_item_id: z.string().nullable().meta({
      description: "Plaid's item_id of the Item that this one supersedes; of several the latest.",
    }),
    last_successful_sync: time.nullable(),
    next_sync_at: time
      .nullable()
      .meta({ description: 'The next sync without a webhook; null: none planned.' }),
    created: time,
    last_updated: time,
  })
  .meta({ id: 'IntegrationLink' });

/** It takes nothing: a field would be a wish that is not fulfilled, such as another URL. */
export const webhookAdoption = z.strictObject({}).meta({ id: 'WebhookAdoption' });

export const linkAnswer = z.object({ link });
export const integrationLinkAnswer = z.object({ integration_link: link });
export const linksAnswer = z.object({ links: z.array(link) });

export const linkFilter = z.strictObject({
  end_user_id_or_heron_id: endUserAddress.optional().meta({ description: 'Only links of this end user.' }),
});
export const whoseLinks = z.strictObject({
  end_user_id_or_heron_id: endUserAddress.meta({ description: 'The end user whose links are meant.' }),
});
export const linkRemoval = z.strictObject({
  remove_at_plaid: flag.optional().meta({
    description: 'Also call /item/remove, which ends the access and the billing at Plaid. Cannot be undone.',
  }),
  erase: flag.optional().meta({
    description: 'Also erase the data of the Item. Ids and tombstones stay, so that feeds go on.',
  }),
});
