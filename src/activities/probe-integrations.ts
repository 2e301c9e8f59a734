import type { IntegrationPauseQueries, PausedIntegration } from '../db/queries/integration-pauses.js';
import { clientSecretPlace } from '../db/queries/integrations.js';
import type { SecretBox } from '../db/secret-box.js';
import { jittered } from '../domain/waiting.js';
import type { Logger } from '../logger.js';
import { probeClient, type ClientVerdict } from '../plaid/keys-check.js';
import type { PlaidGateway } from '../plaid/plaid-api.js';

export interface IntegrationProbes {
  /** Asks Plaid once for each paused integration whose time has come; answers how many are synced again. */
  probeDue(): Promise<number>;
}

export interface IntegrationProbesDeps {
  pauses: Pick<IntegrationPauseQueries, 'takeForProbe' | 'stillPaused' | 'confirm'>;
  secrets: SecretBox;
  plaid: PlaidGateway;
  settings: { PROBE_INTERVAL: number; PLAID_CHECK_TIMEOUT: number };
  logger: Logger;
}

const INTEGRATIONS_PER_ROUND = 10;
/** After a probe that heard nothing of the matter, or died. */
const AGAIN_AFTER_MS = 60_000;
const LONGEST_BUDGET_WAIT_MS = 2_000;

/** Plaid's troubles with a client pass, too: a paused integration is not left to a person alone. */
export function createIntegrationProbes(deps: IntegrationProbesDeps): IntegrationProbes {
  const { pauses, secrets, plaid, settings, logger } = deps;

  const ask = async (row: PausedIntegration): Promise<ClientVerdict> => {
    let secret: string;
    try {
      secret = secrets.open(
        { ciphertext: row.client_secret_ciphertext, keyId: row.client_secret_key_id },
        clientSecretPlace(row.id),
      );
    } catch {
      // The pause says so already.
      return { kind: 'unanswered' };
    }
    return probeClient(
      plaid,
      { baseUrl: row.base_url, clientId: row.client_id, secret },
      {
        timeoutMs: settings.PLAID_CHECK_TIMEOUT,
        priority: 'fresh',
        longestWaitMs: LONGEST_BUDGET_WAIT_MS,
      },
    );
  };

  const probe = async (row: PausedIntegration): Promise<boolean> => {
    const basis = { integrationId: row.id, keysVersion: row.keys_version };
    const verdict = await ask(row);
    if (verdict.kind === 'accepted') {
      // The signals are left to the sweep itself.
      const revived = await pauses.confirm(basis);
      if (revived) logger.info({ integration: row.id, items: revived.length }, 'integration goes on');
      return revived !== null;
    }
    if (verdict.kind === 'refused') {
      const probeAt = new Date(Date.now() + jittered(settings.PROBE_INTERVAL, row.id));
      await pauses.stillPaused(basis, verdict, probeAt);
    }
    return false;
  };

  return {
    async probeDue() {
      const due = await pauses.takeForProbe(INTEGRATIONS_PER_ROUND, AGAIN_AFTER_MS);
      const ended = await Promise.allSettled(due.map(probe));
      return ended.filter((each) => each.status === 'fulfilled' && each.value).length;
    },
  };
}
