import type { LookRow } from '../../db/queries/item-look.js';
import { clientSecretPlace } from '../../db/queries/integrations.js';
import { accessTokenPlace } from '../../db/queries/links.js';
import type { Trouble } from '../../db/queries/look-results.js';
import { MissingKeyError } from '../../db/secret-box.js';
import type { PlaidApi } from '../../plaid/plaid-api.js';
import type { LookContext, LookDeps } from './deps.js';

/** An Item's row with what is needed to ask Plaid about it, still sealed. */
export type SealedItem = Pick<
  LookRow,
  | 'id'
  | 'integration_id'
  | 'base_url'
  | 'client_id'
  | 'client_secret_ciphertext'
  | 'client_secret_key_id'
  | 'access_token_ciphertext'
  | 'access_token_key_id'
>;

type OpenedSecrets = Pick<LookContext, 'api' | 'accessToken'>;
/** `whose`: what is unreadable, the token of this Item or the secret of all Items of its integration. */
export interface UnreadableSecret {
  trouble: Trouble;
  whose: 'item' | 'integration';
}

type OpenDeps = Pick<LookDeps, 'secrets' | 'plaid'>;

/** A key that is missing, or a ciphertext that does not open, is for an operator to see and mend; no retry helps. */
export function openSecrets(deps: OpenDeps, row: SealedItem): OpenedSecrets | UnreadableSecret {
  let api: PlaidApi;
  try {
    const secret = deps.secrets.open(
      { ciphertext: row.client_secret_ciphertext, keyId: row.client_secret_key_id },
      clientSecretPlace(row.integration_id),
    );
    api = deps.plaid({ baseUrl: row.base_url, clientId: row.client_id, secret });
  } catch (error) {
    return { trouble: unreadable(error, "the integration's secret"), whose: 'integration' };
  }
  try {
    const accessToken = deps.secrets.open(
      { ciphertext: row.access_token_ciphertext, keyId: row.access_token_key_id },
      accessTokenPlace(row.id),
    );
    return { api, accessToken };
  } catch (error) {
    return { trouble: unreadable(error, 'the access token'), whose: 'item' };
  }
}

const unreadable = (error: unknown, what: string): Trouble => ({
  health: 'erroring',
  code: 'SECRET_UNREADABLE',
  message: error instanceof MissingKeyError ? error.message : `${what} cannot be decrypted`,
  action: 'fix_keys',
});
