import type { Deps } from '../../deps.js';
import type { KeysStatus } from '../../db/queries/integrations.js';
import { AppError } from '../../domain/errors.js';
import { checkKeys, type KeyField } from '../../plaid/keys-check.js';
import type { PlaidCredentials } from '../../plaid/plaid-api.js';
import { callerWaits } from '../plaid-call.js';

/** Plaid's environments (plaid.com/docs/api). There is no development environment any more. */
const PLAID_BASE_URLS = ['https://sandbox.plaid.com', 'https://production.plaid.com'];

/** No address but these: an integration must not make this server call arbitrary hosts. */
export const allowedBaseUrls = (config: Deps['config']): string[] => [
  ...PLAID_BASE_URLS,
  ...config.PLAID_ALLOWED_BASE_URLS,
];

export interface KeysGuard {
  /**
   * Asks Plaid. Throws `integration.keys_rejected` naming the fields that are wrong; of a pair that Plaid does not know, only
   * those in `changed`, for the others have worked before.
   */
  check(credentials: PlaidCredentials, changed: readonly KeyField[]): Promise<KeysStatus>;
}

export function createKeysGuard({ config, plaid }: Pick<Deps, 'config' | 'plaid'>): KeysGuard {
  return {
    async check(credentials, changed) {
      const verdict = await checkKeys(plaid, credentials, callerWaits(config));
      if (verdict.status !== 'invalid') return verdict.status;
      const wrong = Object.entries(verdict.fields);
      const suspects = wrong.filter(([field]) => changed.includes(field as KeyField));
      const fields = suspects.length > 0 ? suspects : wrong;
      throw new AppError('integration.keys_rejected', {
        description: { json: Object.fromEntries(fields.map(([field, message]) => [field, [message]])) },
      });
    },
  };
}
