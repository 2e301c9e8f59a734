import type { InboxQueries, IntakeIntegration, Received, StoredHeaders } from '../../db/queries/inbox.js';
import type { SecretBox } from '../../db/secret-box.js';
import { AppError } from '../../domain/errors.js';
import { failpoint } from '../../failpoints.js';
import type { Logger } from '../../logger.js';
import type { RejectionReason, WebhookVerifier } from '../../plaid/webhook-verification.js';
import type { ItemSignals } from '../../temporal/item-signals.js';
import { createKeySource } from './key-source.js';
import { createIntegrationLookup } from './integration-lookup.js';
import { readWebhookFields } from './webhook-body.js';

export interface WebhookIntakeDeps {
  inbox: InboxQueries;
  secrets: SecretBox;
  verify: WebhookVerifier;
  signals: Pick<ItemSignals, 'look' | 'forward'>;
  logger: Logger;
  /** Counts what was made of each webhook. */
  onVerdict?: (verdict: string) => void;
  /** Longest wait for PostgreSQL; Plaid gives up after 10 s. */
  commitTimeoutMs?: number;
  /** How long a change of an integration may go unnoticed. */
  integrationCacheMs?: number;
}

export interface IncomingWebhook {
  integrationId: string;
  body: Buffer;
  headers: StoredHeaders;
}

export interface WebhookIntake {
  /** Throws `integration.not_found`. */
  integration(integrationId: string): Promise<IntakeIntegration>;
  /** Resolves once the webhook is committed (invariant I5); throws an AppError for everything that is not stored as Plaid's. */
  take(webhook: IncomingWebhook): Promise<Received>;
}

const RETRY_AFTER_SECONDS = 5;

const REASONS: Record<RejectionReason, string> = {
  header_missing: 'There is no Plaid-Verification header.',
  header_malformed: 'Plaid-Verification is not a signed JWT.',
  algorithm_not_allowed: 'Plaid-Verification is not signed with ES256.',
  key_id_missing: 'Plaid-Verification names no key.',
  key_unknown: "Plaid does not know the key that signed it; is it from this integration's environment?",
  key_expired: 'The key that signed it has expired.',
  signature_invalid: 'The signature of Plaid-Verification is wrong.',
  claims_malformed: 'Plaid-Verification lacks iat or request_body_sha256.',
  body_mismatch: 'The body is not the one that was signed: forward the bytes that Plaid sent, unchanged.',
  issued_in_future: 'Plaid-Verification was issued in the future; compare the clocks.',
};

const unavailable = (): AppError =>
  new AppError('service.unavailable', {
    description: 'The webhook could not be stored in time.',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });

/** Rejects with `service.unavailable` after the time; the work goes on. */
export function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable()), timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export function createWebhookIntake(deps: WebhookIntakeDeps): WebhookIntake {
  const { inbox, secrets, verify, signals, logger, commitTimeoutMs = 5_000, onVerdict } = deps;
  const lookup = createIntegrationLookup({
    inbox,
    ...(deps.integrationCacheMs === undefined ? {} : { cacheMs: deps.integrationCacheMs }),
  });

  const integration = async (integrationId: string): Promise<IntakeIntegration> => {
    const found = await within(commitTimeoutMs, lookup(integrationId));
    if (!found) throw new AppError('integration.not_found');
    return found;
  };

  const keySource = createKeySource(secrets);

  const reject = async (
    row: IntakeIntegration,
    { body, headers }: IncomingWebhook,
    reason: RejectionReason,
  ): Promise<never> => {
    // The record is for diagnosis; the sender is told either way.
    await within(
      commitTimeoutMs,
      inbox.recordRejected({
        organizationId: row.organization_id,
        integrationId: row.id,
        reason,
        body,
        headers,
      }),
    ).catch((error: unknown) =>
      logger.warn({ err: error, integration: row.id }, 'rejected webhook not recorded'),
    );
    throw new AppError('webhook.bad_signature', { description: REASONS[reason] });
  };

  // Also when the commit comes after the sender was told to try again: what is committed is owed its signal.
  const commitAndSignal = async (webhook: Parameters<InboxQueries['receive']>[0]): Promise<Received> => {
    await failpoint('intake.before_commit');
    const received = await inbox.receive(webhook);
    if (received.duplicate) onVerdict?.('duplicate');
    await failpoint('intake.after_commit');
    const { organizationId } = webhook;
    if (received.signal && received.itemId !== null) signals.look({ id: received.itemId, organizationId });
    if (webhook.forward && !received.duplicate) signals.forward({ id: received.webhookId, organizationId });
    return received;
  };

  return {
    integration,
    async take(webhook) {
      const row = await integration(webhook.integrationId);
      // What is not an object was not sent by Plaid, whoever signed it: not worth a signature check or a row.
      const fields = readWebhookFields(webhook.body);
      const outcome = await verify({
        source: keySource(row),
        verification: webhook.headers['plaid-verification'],
        body: webhook.body,
      });
      onVerdict?.(outcome.kind);
      if (outcome.kind === 'rejected') return reject(row, webhook, outcome.reason);
      if (outcome.kind === 'key_unavailable') {
        throw new AppError('webhook.key_unavailable', {
          retryAfterSeconds: Math.max(1, Math.ceil(outcome.retryAfterMs / 1_000)),
        });
      }
      return within(
        commitTimeoutMs,
        commitAndSignal({
          organizationId: row.organization_id,
          integrationId: row.id,
          verdict: outcome.kind,
          ...fields,
          body: webhook.body,
          headers: webhook.headers,
          jwtHash: outcome.jwtHash,
          forward: row.webhook_url !== null,
        }),
      );
    },
  };
}
