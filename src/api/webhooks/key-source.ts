import { clientSecretPlace } from '../../db/queries/integrations.js';
import type { IntakeIntegration } from '../../db/queries/inbox.js';
import type { SecretBox } from '../../db/secret-box.js';
import type { KeySource } from '../../plaid/webhook-key-cache.js';

/** Where the keys of an integration's webhooks are asked for; the secret is opened only if they must be. */
export const createKeySource =
  (secrets: SecretBox) =>
  (row: IntakeIntegration): KeySource => ({
    baseUrl: row.base_url,
    clientId: row.client_id,
    credentials: () => ({
      baseUrl: row.base_url,
      clientId: row.client_id,
      secret: secrets.open(
        { ciphertext: row.client_secret_ciphertext, keyId: row.client_secret_key_id },
        clientSecretPlace(row.id),
      ),
    }),
  });
