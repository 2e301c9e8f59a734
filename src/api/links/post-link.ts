import type { Deps } from '../../deps.js';
import type { IntegrationRow } from '../../db/queries/integrations.js';
import type { LinkRow } from '../../db/queries/links.js';
import { AppError, invalidField } from '../../domain/errors.js';
import { statusMessage } from '../../domain/item-status.js';
import { jittered } from '../../domain/waiting.js';
import { failpoint } from '../../failpoints.js';
import { checkItem, type CheckedItem } from '../../plaid/item-check.js';
import { callerWaits } from '../plaid-call.js';
import { linkSuperseded } from './superseded.js';

export interface PostedLink {
  itemId: string;
  accessToken: string;
  /** The caller's own id of the end user. */
  endUserId: string;
  endUserName?: string | undefined;
}

/** Takes an Item in; answers its row once it is committed. */
export type PostLink = (integration: IntegrationRow, posted: PostedLink) => Promise<LinkRow>;

const RETRY_AFTER_SECONDS = 30;

/** The way of every link, whether it is new, posted again or re-tokened: ask Plaid, commit, signal. */
export function createPostLink({
  config,
  plaid,
  integrations,
  pauses,
  links,
  signals,
}: Pick<Deps, 'config' | 'plaid' | 'integrations' | 'pauses' | 'links' | 'signals'>): PostLink {
  const keysOf = ({ id, keys_version }: IntegrationRow) => ({ integrationId: id, keysVersion: keys_version });

  /** Plaid has just taken a call with these keys. */
  const revive = async (integration: IntegrationRow): Promise<void> => {
    for (const { itemId, signal } of (await pauses.confirm(keysOf(integration))) ?? [])
      if (signal) signals.look({ id: itemId, organizationId: integration.organization_id });
  };

  /** What Plaid says about the Item; null when it does not answer in time. Throws when something does not fit. */
  const askPlaid = async (integration: IntegrationRow, posted: PostedLink): Promise<CheckedItem | null> => {
    const secret = await integrations.clientSecret(integration.organization_id, integration.id);
    const verdict = await checkItem(
      plaid,
      { baseUrl: integration.base_url, clientId: integration.client_id, secret: secret ?? '' },
      posted,
      callerWaits(config),
    );
    switch (verdict.kind) {
      case 'fits':
        if (integration.keys_status !== 'valid' || integration.paused_since !== null)
          await revive(integration);
        return verdict.item;
      case 'unchecked':
        return null;
      case 'mismatch':
        throw invalidField(verdict.field, verdict.message, 'link.token_mismatch');
      case 'keys_rejected':
        await pauses.pause(keysOf(integration), {
          code: verdict.code,
          message: verdict.message,
          probeAt: new Date(Date.now() + jittered(config.PROBE_INTERVAL, integration.id)),
          asked: null,
        });
        throw new AppError('integration.keys_rejected', {
          description: `Plaid refuses the keys of integration "${integration.name}": ${statusMessage(verdict.code, verdict.message)}. Correct them with PUT /api/integrations, then post the link again.`,
        });
    }
  };

  return async (integration, posted) => {
    const plaidItem = await askPlaid(integration, posted);
    await failpoint('link.before_commit');
    const outcome = await links.link({
      organizationId: integration.organization_id,
      integrationId: integration.id,
      plaidItemId: posted.itemId,
      accessToken: posted.accessToken,
      endUserId: posted.endUserId,
      endUserName: posted.endUserName,
      plaidItem,
    });
    await failpoint('link.after_commit');
    if (outcome.kind === 'other_end_user')
      throw new AppError('link.other_end_user', {
        description: `Item ${posted.itemId} belongs to another end user. Post it with the end_user_id that it was linked with.`,
      });
    if (outcome.kind === 'other_integration')
      throw new AppError('link.other_integration', {
        description: `Item ${posted.itemId} is synced through another integration of yours. Delete that link first.`,
      });
    if (outcome.kind === 'superseded') throw linkSuperseded(posted.itemId, outcome.byItemId, outcome.state);
    if (outcome.kind === 'unconfirmed_token')
      throw new AppError('link.token_unconfirmed', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    if (outcome.kind === 'no_integration') throw new AppError('integration.not_found');
    if (outcome.signal) signals.look({ id: outcome.link.id, organizationId: integration.organization_id });
    return outcome.link;
  };
}
