import type { Deps } from '../../deps.js';
import type { DesiredState } from '../../domain/item-status.js';
import { AppError } from '../../domain/errors.js';
import { findEndUser } from '../end-users/find.js';
import { findIntegration } from '../integrations/find.js';
import { route, type Route } from '../route.js';
import { createAdoptWebhook } from './adopt-webhook.js';
import { findLink } from './find.js';
import { createPostLink } from './post-link.js';
import { createLinkPresenter, statusOf } from './present.js';
import { assertNotSuperseded } from './superseded.js';
import { createRemoveLink } from './remove-link.js';
import {
  integrationLinkAnswer,
  linkAnswer,
  linkFilter,
  linkRemoval,
  linksAnswer,
  newLink,
  newToken,
  webhookAdoption,
  whoseLinks,
} from './schema.js';

const tag = 'Links';
const ofIntegration = { integration_id: 'heron_id of the integration (`itg_…`).' };
const ofLink = { ...ofIntegration, item_id: "Plaid's item_id." };

export type LinkRouteDeps = Pick<
  Deps,
  | 'config'
  | 'plaid'
  | 'integrations'
  | 'pauses'
  | 'endUsers'
  | 'links'
  | 'linkReads'
  | 'itemRemoval'
  | 'signals'
>;

export function createLinkRoutes(deps: LinkRouteDeps): Route[] {
  const { integrations, endUsers, links, linkReads, signals } = deps;
  const postLink = createPostLink(deps);
  const removeLink = createRemoveLink(deps);
  const adoptWebhook = createAdoptWebhook(deps);
  const presentLink = createLinkPresenter(deps.config.PUBLIC_URL);

  /** Pause and resume differ in the wish only. */
  const wishRoute = (name: 'pause' | 'resume', desired: DesiredState, description: string): Route =>
    route({
      method: 'post',
      path: `/api/integrations/{integration_id}/links/{item_id}/${name}`,
      role: 'member',
      tag,
      summary: name === 'pause' ? 'Pause syncing' : 'Resume syncing',
      description,
      params: ofLink,
      responses: { 200: { description: 'The link as it is now.', schema: linkAnswer } },
      errors: ['link.not_found', 'link.not_syncing', 'link.superseded'],
      async handle({ organizationId, params }) {
        const { link } = await findLink(deps, organizationId, params);
        assertNotSuperseded(link);
        if (link.desired_state === 'disabled' || link.health === 'deleted')
          throw new AppError('link.not_syncing');
        const { signal } = await links.setDesiredState(link.id, desired);
        if (signal) signals.look({ id: link.id, organizationId });
        const { link: now } = await findLink(deps, organizationId, params);
        return { status: 200, body: { link: presentLink(now) } };
      },
    });

  return [
    route({
      method: 'post',
      path: '/api/integrations/{integration_id}/links',
      role: 'member',
      tag,
      summary: 'Link an Item (the link URL)',
      description:
        'Creates the end user if it is new, asks Plaid whether token, environment and item_id belong together, stores the token encrypted and starts to sync. Posting the same Item again is safe; with a new token it revives the Item.',
      params: ofIntegration,
      body: { schema: newLink, alsoEnvelopes: ['link'] },
      responses: { 201: { description: 'Linked; syncing has begun.', schema: linkAnswer } },
      errors: [
        'integration.not_found',
        'link.token_mismatch',
        'link.other_end_user',
        'link.other_integration',
        'link.superseded',
        'link.token_unconfirmed',
        'integration.keys_rejected',
      ],
      async handle({ organizationId, params, body }) {
        const integration = await findIntegration(integrations, organizationId, params.integration_id!);
        const row = await postLink(integration, {
          itemId: body.item_id,
          accessToken: body.access_token,
          endUserId: body.end_user_id,
          endUserName: body.end_user_name ?? undefined,
        });
        return { status: 201, body: { link: presentLink(row) } };
      },
    }),

    route({
      method: 'get',
      path: '/api/integrations/{integration_id}/links',
      role: 'read_only',
      tag,
      summary: 'List the links of an integration',
      params: ofIntegration,
      query: linkFilter,
      responses: { 200: { description: 'Oldest first.', schema: linksAnswer } },
      errors: ['integration.not_found', 'end_user.not_found'],
      async handle({ organizationId, params, query: { end_user_id_or_heron_id: whose } }) {
        const { id } = await findIntegration(integrations, organizationId, params.integration_id!);
        const rows =
          whose === undefined
            ? await links.listByIntegration(organizationId, id)
            : await linkReads.listByIntegrationAndEndUser(
                organizationId,
                id,
                (await findEndUser(endUsers, organizationId, whose)).id,
              );
        return { status: 200, body: { links: rows.map(presentLink) } };
      },
    }),

    route({
      method: 'delete',
      path: '/api/integrations/{integration_id}/links',
      role: 'member',
      tag,
      summary: 'Stop syncing all links of an end user',
      description: 'What was synced stays readable.',
      params: ofIntegration,
      query: whoseLinks,
      responses: { 204: { description: 'Stopped.' } },
      errors: ['integration.not_found', 'end_user.not_found'],
      async handle({ organizationId, params, query }) {
        const integration = await findIntegration(integrations, organizationId, params.integration_id!);
        const endUser = await findEndUser(endUsers, organizationId, query.end_user_id_or_heron_id);
        const rows = await linkReads.listByIntegrationAndEndUser(organizationId, integration.id, endUser.id);
        for (const row of rows) await removeLink(integration, row, { removeAtPlaid: false, erase: false });
        return { status: 204 };
      },
    }),

    route({
      method: 'get',
      path: '/api/integrations/{integration_id}/links/{item_id}',
      role: 'read_only',
      tag,
      summary: 'Get a link',
      params: ofLink,
      responses: { 200: { description: 'The link.', schema: linkAnswer } },
      errors: ['integration.not_found', 'link.not_found'],
      async handle({ organizationId, params }) {
        const { link } = await findLink(deps, organizationId, params);
        return { status: 200, body: { link: presentLink(link) } };
      },
    }),

    route({
      method: 'post',
      path: '/api/integrations/{integration_id}/links/{item_id}/refresh',
      role: 'member',
      tag,
      summary: 'Sync a link now',
      params: ofLink,
      responses: { 200: { description: 'The sync has been asked for.', schema: linkAnswer } },
      errors: ['integration.not_found', 'link.not_found', 'link.not_syncing', 'link.superseded'],
      async handle({ organizationId, params }) {
        const { link } = await findLink(deps, organizationId, params);
        assertNotSuperseded(link);
        if (['sync_disabled', 'deleted_in_plaid'].includes(statusOf(link)))
          throw new AppError('link.not_syncing');
        const { signal } = await links.requestSync(link.id);
        if (signal) signals.look({ id: link.id, organizationId });
        return { status: 200, body: { link: presentLink(link) } };
      },
    }),

    route({
      method: 'post',
      path: '/api/integrations/{integration_id}/links/{item_id}/adopt_webhook',
      role: 'member',
      tag,
      summary: 'Let Plaid send the webhooks of a link here',
      description:
        "Calls /item/webhook/update with the integration's `inbound_webhook_url`. Where they went before gets them no more, unless the integration forwards to it (`webhook_url`).",
      params: ofLink,
      body: { schema: webhookAdoption, optional: true },
      responses: { 200: { description: 'The link as it is now.', schema: linkAnswer } },
      errors: [
        'integration.not_found',
        'link.not_found',
        'link.not_syncing',
        'integration.keys_rejected',
        'plaid.webhook_refused',
        'plaid.webhook_unconfirmed',
      ],
      async handle({ organizationId, params }) {
        const { integration, link } = await findLink(deps, organizationId, params);
        await adoptWebhook(integration, link);
        const { link: now } = await findLink(deps, organizationId, params);
        return { status: 200, body: { link: presentLink(now) } };
      },
    }),

    wishRoute('pause', 'paused', 'Webhooks are still taken; nothing is fetched until the link is resumed.'),
    wishRoute('resume', 'active', 'Fetches at once what has happened meanwhile.'),

    route({
      method: 'delete',
      path: '/api/integrations/{integration_id}/links/{item_id}',
      role: 'member',
      tag,
      summary: 'Stop syncing a link',
      description:
        'What was synced stays readable, unless it is to be erased. If Plaid does not confirm a removal nothing is changed, and a repeat of the request finishes it.',
      params: ofLink,
      query: linkRemoval,
      sensitive: {
        what: 'Removing an Item at Plaid or erasing its data',
        when: ({ query }) => query.erase === true || query.remove_at_plaid === true,
      },
      responses: { 204: { description: 'Stopped, and removed and erased as asked.' } },
      errors: [
        'integration.not_found',
        'link.not_found',
        'link.erased',
        'plaid.removal_unconfirmed',
        'plaid.rate_budget',
      ],
      async handle({ organizationId, params, query }) {
        const { integration, link } = await findLink(deps, organizationId, params, { evenDeleted: true });
        await removeLink(integration, link, {
          removeAtPlaid: query.remove_at_plaid ?? false,
          erase: query.erase ?? false,
        });
        return { status: 204 };
      },
    }),

    route({
      method: 'put',
      path: '/api/integration_links/{item_id}',
      role: 'member',
      tag,
      summary: 'Give a link a new access token',
      description: 'Checks the token like a new link and revives the Item from whatever state it is in.',
      params: { item_id: "Plaid's item_id." },
      body: { schema: newToken, envelope: 'end_user', alsoEnvelopes: ['integration_link', 'link'] },
      responses: { 200: { description: 'The link as it is now.', schema: integrationLinkAnswer } },
      errors: [
        'link.not_found',
        'link.token_mismatch',
        'link.superseded',
        'link.token_unconfirmed',
        'integration.keys_rejected',
      ],
      async handle({ organizationId, params, body }) {
        const link = await links.find(organizationId, null, params.item_id!);
        const integration = link && (await integrations.find(organizationId, link.integration_id));
        const endUserId = link && (await linkReads.ownerOf(organizationId, link.id));
        if (!link || !integration || endUserId === null)
          throw new AppError('link.not_found', {
            description: `There is no link of Item ${params.item_id}.`,
          });
        const row = await postLink(integration, {
          itemId: link.plaid_item_id,
          accessToken: body.access_token,
          endUserId,
        });
        return { status: 200, body: { integration_link: presentLink(row) } };
      },
    }),

    route({
      method: 'get',
      path: '/api/end_users/{end_user_id_or_heron_id}/integration_links',
      role: 'read_only',
      tag,
      summary: 'List the links of an end user',
      params: { end_user_id_or_heron_id: 'Your own id, which wins, or the heron_id (`eus_…`).' },
      responses: { 200: { description: 'Oldest first.', schema: linksAnswer } },
      errors: ['end_user.not_found'],
      async handle({ organizationId, params }) {
        const { id } = await findEndUser(endUsers, organizationId, params.end_user_id_or_heron_id!);
        const rows = await links.listByEndUser(organizationId, id);
        return { status: 200, body: { links: rows.map(presentLink) } };
      },
    }),
  ];
}
