import type { LookRow } from '../../db/queries/item-look.js';
import { clientSecretPlace } from '../../db/queries/integrations.js';
import { accessTokenPlace } from '../../db/queries/links.js';
import type { Trouble } from '../../db/queries/look-results.js';
import { MissingKeyError } from '../../db/secret-box.js';
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
type OpenDeps = Pick<LookDeps, 'secrets' | 'plaid'>;

/** A key that is missing, or a ciphertext that does not open, is for an operator to see and mend; no retry helps. */
export function openSecrets(deps: OpenDeps, row: SealedItem): OpenedSecrets | { trouble: Trouble } {
  try {
    return opened(deps, row);
  } catch (error) {
    const message = error instanceof MissingKeyError ? error.message : 'a stored secret cannot be decrypted';
    return { trouble: { health: 'erroring', code: 'SECRET_UNREADABLE', message, action: 'fix_keys' } };
  }
}

function opened(deps: OpenDeps, row: SealedItem): OpenedSecrets {
  const secret = deps.secrets.open(
    { ciphertext: row.client_secret_ciphertext, keyId: row.client_secret_key_id },
    clientSecretPlace(row.integration_id),
  );
  return {
    api: deps.plaid({ baseUrl: row.base_url, clientId: row.client_id, secret }),
    accessToken: deps.secrets.open(
      { ciphertext: row.access_token_ciphertext, keyId: row.access_token_key_id },
      accessTokenPlace(row.id),
    ),
  };
}
