import { AppError } from '../../domain/errors.js';
import type { Database } from '../database.js';
import { createBatcher } from '../batcher.js';
import { preparedStatement } from '../prepared.js';
import { interval } from './dirty-mark.js';

/** What intake must know of an integration; the secret is still sealed. */
export interface IntakeIntegration {
  id: string;
  organization_id: string;
  base_url: string;
  client_id: string;
  client_secret_ciphertext: Buffer;
  client_secret_key_id: string;
  /** Where the integrator wants Plaid's webhooks passed on to. */
  webhook_url: string | null;
}

export type StoredHeaders = Readonly<Record<string, string>>;

export interface ReceivedWebhook {
  organizationId: string;
  integrationId: string;
  verdict: 'verified' | 'stale';
  /** As the body has them; null where it does not. They choose what is asked of Plaid, never what is believed. */
  plaidItemId: string | null;
  webhookType: string | null;
  webhookCode: string | null;
  body: Buffer;
  headers: StoredHeaders;
  /** SHA-256 of the JWT's header and payload. */
  jwtHash: Buffer;
  forward: boolean;
}

export type Received = {
  webhookId: string;
  /** Null while no such Item is linked; its link adopts the webhook. */
  itemId: string | null;
  /** The Item's workflow is owed a signal after the commit. */
  signal: boolean;
  /** The same JWT came before: no second row, no second forward; the Item is dirty all the same. */
  duplicate: boolean;
};

export interface RejectedWebhook {
  organizationId: string;
  integrationId: string;
  reason: string;
  body: Buffer;
  headers: StoredHeaders;
}

export interface InboxQueries {
  /** By row id; null when there is none, or it was deleted. */
  findIntegration(integrationId: string): Promise<IntakeIntegration | null>;
  /** Commits the webhook and marks its Item dirty, in one round trip (invariant I5). */
  receive(webhook: ReceivedWebhook): Promise<Received>;
  /** Keeps a webhook with a bad signature for diagnosis: the latest few per integration, the beginning of each body. */
  recordRejected(webhook: RejectedWebhook): Promise<void>;
  /** Deletes the oldest webhooks of unknown Items beyond `most` per integration, but none that is still to be forwarded. Answers how many. */
  pruneUnmatched(most: number): Promise<number>;
  /** The same for webhooks with a bad signature: for a cap that was lowered. */
  pruneRejected(most: number): Promise<number>;
}

export interface InboxQueriesDeps {
  db: Database;
  /** After this long an unanswered signal may be repeated by the next intake. */
  signalStaleAfterMs: number;
  /** INBOX_MAX_UNVERIFIED: rejected webhooks that an integration keeps. */
  maxRejected: number;
}

/** It is unauthenticated storage: anyone who knows a webhook URL may fill it. Plaid's webhooks are far below this. */
const REJECTED_BODY_BYTES = 16 * 1024;
const REJECTED_HEADER_CHARACTERS = 2_048;

const RECEIVE = `
  select webhook_id as "webhookId", item_id as "itemId", signal, duplicate
    from receive_plaid_webhooks($1::interval, $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[],
                                $9::jsonb[], $10::bytea[], $11::boolean[])`;

/** More in one transaction would hold the Items' locks longer than the saved commits are worth. */
const MOST_IN_A_BATCH = 50;
/** Ten times what a batch takes: only a lock, of a merge that is about to commit, say, holds one up longer. */
const BATCH_PATIENCE_MS = 100;
const MOST_BATCHES_AT_ONCE = 4;
/** A few seconds' worth: who waits longer has been told to come again. */
const MOST_WAITING = 5_000;

// The new row is not visible to the other part of the statement, hence one less than the cap. Rows that another
// rejection is deleting at this moment are left to it.
const RECORD_REJECTED = `
  with recorded as (
    insert into plaid_webhooks (organization_id, integration_id, verdict, rejection, body, body_shortened, headers)
    values (:organizationId, :integrationId, 'rejected', :reason, :body, :isShortened, :headers::jsonb))
  delete from plaid_webhooks where id in (
    select id from plaid_webhooks where integration_id = :integrationId and verdict = 'rejected'
     order by id desc offset :keep for update skip locked)`;

/** Of each integration in one statement; the sweep comes again. */
const PRUNED_AT_ONCE = 1_000;

const prune = (condition: string, spare: string): string => `
  delete from plaid_webhooks where id in (
    select kept.id from (select integration_id from plaid_webhooks where ${condition}
                          group by integration_id having count(*) > :most) crowded
      cross join lateral (select id from plaid_webhooks
                           where integration_id = crowded.integration_id and ${condition} and ${spare}
                           order by id desc offset :most limit ${PRUNED_AT_ONCE} for update skip locked) kept)`;

const PRUNE_UNMATCHED = prune(`item_id is null and verdict <> 'rejected'`, `forward_state <> 'pending'`);
const PRUNE_REJECTED = prune(`verdict = 'rejected'`, 'true');

const shortened = (headers: StoredHeaders): StoredHeaders =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.slice(0, REJECTED_HEADER_CHARACTERS)]),
  );

export function createInboxQueries({ db, signalStaleAfterMs, maxRejected }: InboxQueriesDeps): InboxQueries {
  const staleAfter = interval(signalStaleAfterMs);
  const receiveAll = preparedStatement<Received>(db, 'receive_plaid_webhooks', RECEIVE);
  const receive = createBatcher<ReceivedWebhook, Received>({
    all: (webhooks) =>
      receiveAll([
        staleAfter,
        webhooks.map((webhook) => webhook.organizationId),
        webhooks.map((webhook) => webhook.integrationId),
        webhooks.map((webhook) => webhook.plaidItemId),
        webhooks.map((webhook) => webhook.verdict),
        webhooks.map((webhook) => webhook.webhookType),
        webhooks.map((webhook) => webhook.webhookCode),
        webhooks.map((webhook) => webhook.body),
        webhooks.map((webhook) => JSON.stringify(webhook.headers)),
        webhooks.map((webhook) => webhook.jwtHash),
        webhooks.map((webhook) => webhook.forward),
      ]),
    mostInABatch: MOST_IN_A_BATCH,
    patienceMs: BATCH_PATIENCE_MS,
    mostAtOnce: MOST_BATCHES_AT_ONCE,
    mostWaiting: MOST_WAITING,
    whenFull: () =>
      new AppError('service.unavailable', {
        description: 'Too many webhooks are waiting to be stored.',
        retryAfterSeconds: 5,
      }),
  });
  const pruned = async (sql: string, most: number): Promise<number> => {
    const { rowCount } = await db.raw<{ rowCount: number }>(sql, { most });
    return rowCount;
  };

  return {
    async findIntegration(integrationId) {
      const { rows } = await db.raw<{ rows: IntakeIntegration[] }>(
        `select id, organization_id, base_url, client_id, client_secret_ciphertext, client_secret_key_id, webhook_url
           from integrations where id = ? and deleted_at is null`,
        [integrationId],
      );
      return rows[0] ?? null;
    },

    receive,

    async recordRejected({ organizationId, integrationId, reason, body, headers }) {
      if (maxRejected === 0) return;
      await db.raw(RECORD_REJECTED, {
        organizationId,
        integrationId,
        reason,
        body: body.subarray(0, REJECTED_BODY_BYTES),
        isShortened: body.length > REJECTED_BODY_BYTES,
        headers: JSON.stringify(shortened(headers)),
        keep: maxRejected - 1,
      });
    },

    pruneUnmatched: (most) => pruned(PRUNE_UNMATCHED, most),
    pruneRejected: (most) => pruned(PRUNE_REJECTED, most),
  };
}
