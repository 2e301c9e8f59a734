import type { z } from 'zod';
import type { Deps } from '../../deps.js';
import { databaseFailure } from '../../db/errors.js';
import type { IntegrationRow } from '../../db/queries/integrations.js';
import type { LinkRow } from '../../db/queries/links.js';
import { MissingKeyError } from '../../db/secret-box.js';
import { toPublicId } from '../../domain/ids.js';
import { createRemoveAtPlaid, type PlaidRemoval } from '../links/remove-at-plaid.js';
import { route, type Route } from '../route.js';
import { findEndUser } from './find.js';
import { endUserDeleted, endUserDeletion } from './schema.js';

export type EndUserDeletionDeps = Pick<
  Deps,
  'config' | 'plaid' | 'integrations' | 'endUsers' | 'links' | 'linkReads' | 'itemRemoval' | 'signals'
>;

type ErasedLink = z.input<typeof endUserDeleted>['links'][number];
type AtPlaid = Pick<ErasedLink, 'at_plaid' | 'message'>;

/** What of Plaid's side is told. */
function told(removal: PlaidRemoval | null, link: LinkRow): AtPlaid {
  if (removal === null) return { at_plaid: link.health === 'deleted' ? 'removed' : 'kept', message: null };
  switch (removal.kind) {
    case 'removed':
      return { at_plaid: 'removed', message: null };
    case 'token_erased':
      return {
        at_plaid: 'unknown',
        message:
          'Its token was erased before, so Plaid was not asked. Call /item/remove yourself with your copy of it.',
      };
    case 'unconfirmed':
      return {
        at_plaid: 'unconfirmed',
        message: `Plaid did not confirm the removal (${removal.reason}). Send the request again.`,
      };
  }
}

const isLeft = ({ erased, at_plaid }: ErasedLink): boolean => !erased || at_plaid === 'unconfirmed';

export function createEndUserDeletionRoutes(deps: EndUserDeletionDeps): Route[] {
  const { integrations, endUsers, links, itemRemoval, signals } = deps;
  const removeAtPlaid = createRemoveAtPlaid(deps);

  /** Whatever comes of it, the data is erased afterwards: only a database that cannot be asked is in the way of that. */
  const asked = async (integration: IntegrationRow, link: LinkRow): Promise<PlaidRemoval> => {
    try {
      return await removeAtPlaid(integration, link);
    } catch (error) {
      if (!(error instanceof MissingKeyError)) throw error;
      return { kind: 'unconfirmed', reason: 'its token cannot be decrypted at the moment', denied: null };
    }
  };

  const integrationsOf = async (rows: readonly LinkRow[]): Promise<Map<string, IntegrationRow>> => {
    const ids = [...new Set(rows.map((row) => row.integration_id))];
    const found = await Promise.all(ids.map((id) => integrations.find(rows[0]!.organization_id, id, true)));
    return new Map(found.flatMap((each) => (each === null ? [] : [[each.id, each]])));
  };

  /** Throws only if nothing at all could be erased: what has been done is told, and a repeat goes on. */
  const eraseAll = async (
    rows: readonly LinkRow[],
    removals: readonly (PlaidRemoval | null)[],
  ): Promise<ErasedLink[]> => {
    const failures: unknown[] = [];
    const results: ErasedLink[] = [];
    // The oldest first: an Item that rests for a newer one is gone before that one is, and never wakes up in between.
    for (const [place, row] of rows.entries()) {
      const removal = removals[place] ?? null;
      const about = {
        item_id: row.plaid_item_id,
        integration_heron_id: toPublicId('integration', row.integration_id),
        ...told(removal, row),
      };
      try {
        const { signal } = await itemRemoval.remove(row.organization_id, row.id, {
          removedAtPlaid: removal?.kind === 'removed',
          erase: true,
          keepToken: removal?.kind === 'unconfirmed',
        });
        if (signal) signals.look({ id: row.id, organizationId: row.organization_id });
        results.push({ ...about, erased: true });
      } catch (error) {
        if (databaseFailure(error) === null) throw error;
        failures.push(error);
        const message = 'The database did not erase it in time. Send the request again.';
        results.push({ ...about, erased: false, message });
      }
    }
    if (failures.length > 0 && failures.length === rows.length) throw failures[0];
    return results;
  };

  return [
    route({
      method: 'post',
      path: '/api/end_users/{end_user_id_or_heron_id}/delete',
      role: 'admin',
      tag: 'End users',
      summary: 'Erase an end user',
      description:
        'Stops syncing all Items of the end user, erases their data, each like a link that is deleted with `erase`, and the name of the end user. Ids and tombstones stay, your own `end_user_id` too: the feed tells of every transaction with a `delete`. With `remove_at_plaid` Plaid is asked first; that it does not confirm for an Item is told and does not keep the data. Idempotent: the same request goes on where something is left. An Item that is linked afterwards is a new beginning.',
      params: { end_user_id_or_heron_id: 'Your own id, which wins, or the heron_id (`eus_…`).' },
      body: { schema: endUserDeletion, optional: true },
      sensitive: { what: 'Erasing data', when: () => true },
      responses: {
        202: { description: 'What was done, and what is left.', schema: endUserDeleted },
      },
      errors: ['end_user.not_found'],
      async handle({ organizationId, params, body }) {
        const endUser = await findEndUser(endUsers, organizationId, params.end_user_id_or_heron_id!);
        const rows = await links.listByEndUser(organizationId, endUser.id);
        const of = await integrationsOf(rows);
        const removals = await Promise.all(
          rows.map((row) =>
            body.remove_at_plaid ? asked(of.get(row.integration_id)!, row) : Promise.resolve(null),
          ),
        );
        const results = await eraseAll(rows, removals);
        await endUsers.forget(organizationId, endUser.id);
        const status = results.some(isLeft) ? ('pending' as const) : ('done' as const);
        const { end_user_id } = endUser;
        return {
          status: 202,
          body: { heron_id: toPublicId('endUser', endUser.id), end_user_id, status, links: results },
        };
      },
    }),
  ];
}
