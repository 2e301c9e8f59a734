import type { Config } from './config/index.js';
import type { TemporalConfig } from './config/temporal.js';
import { createDatabase, type Database } from './db/database.js';
import { createChangeListener, type ChangeListener } from './db/change-listener.js';
import { createApiKeyQueries, type ApiKeyQueries } from './db/queries/api-keys.js';
import { createAuditRepairQueries, type AuditRepairQueries } from './db/queries/audit-repair.js';
import { createAuditQueries, type AuditQueries } from './db/queries/audits.js';
import { createChangeReadQueries, type ChangeReadQueries } from './db/queries/changes-read.js';
import { createDataSourceQueries, type DataSourceQueries } from './db/queries/data-sources.js';
import { createEndUserExportReads, type EndUserExportReads } from './db/queries/end-user-export.js';
import { createEndUserQueries, type EndUserQueries } from './db/queries/end-users.js';
import { createEventReads, type EventReads } from './db/queries/event-reads.js';
import { createInboxQueries, type InboxQueries } from './db/queries/inbox.js';
import { createInboxReads, type InboxReads } from './db/queries/inbox-reads.js';
import { createInboxReplayQueries, type InboxReplayQueries } from './db/queries/inbox-replay.js';
import {
  createIntegrationPauseQueries,
  type IntegrationPauseQueries,
} from './db/queries/integration-pauses.js';
import { createIntegrationQueries, type IntegrationQueries } from './db/queries/integrations.js';
import { createItemRemovalQueries, type ItemRemovalQueries } from './db/queries/item-removal.js';
import {
  createIntegrationProgressReads,
  type IntegrationProgressReads,
} from './db/queries/integration-progress.js';
import { createItemReads, type ItemReads } from './db/queries/item-reads.js';
import { createLinkReads, type LinkReads } from './db/queries/link-reads.js';
import { createLinkQueries, type LinkQueries } from './db/queries/links.js';
import { createLoginBucketQueries, type LoginBucketQueries } from './db/queries/login-buckets.js';
import { createOneTimeLinkQueries, type OneTimeLinkQueries } from './db/queries/one-time-links.js';
import { createOrganizationQueries, type OrganizationQueries } from './db/queries/organizations.js';
import { createRelinkDecisions, type RelinkDecisions } from './db/queries/relink-decisions.js';
import { createRelinkReads, type RelinkReads } from './db/queries/relink-reads.js';
import { createSessionQueries, type SessionQueries } from './db/queries/sessions.js';
import { createStatisticsQueries, type StatisticsQueries } from './db/queries/statistics.js';
import { createSyncRunQueries, type SyncRunQueries } from './db/queries/sync-runs.js';
import { createRateBucketQueries, type RateBucketQueries } from './db/queries/rate-buckets.js';
import { createTransactionQueries, type TransactionQueries } from './db/queries/transactions.js';
import {
  createTransactionHistoryReads,
  type TransactionHistoryReads,
} from './db/queries/transaction-history.js';
import { createTransactionSearch, type TransactionSearchQueries } from './db/queries/transaction-search.js';
import { createUserQueries, type UserQueries } from './db/queries/users.js';
import { createSecretBox, type SecretBox } from './db/secret-box.js';
import { createLogger, type Logger } from './logger.js';
import { createPasswordHasher, type PasswordHasher } from './password-hasher.js';
import { budgetedGateway } from './plaid/budgeted-gateway.js';
import { createPlaidGateway, type PlaidGateway } from './plaid/plaid-api.js';
import { createRateBudget } from './plaid/rate-budget.js';
import { createRateMetrics, type RateMetrics } from './plaid/rate-metrics.js';
import { createWebhookKeyCache } from './plaid/webhook-key-cache.js';
import { createWebhookVerifier, type WebhookVerifier } from './plaid/webhook-verification.js';
import { createTemporalClient, type TemporalClient } from './temporal/connection.js';
import { createSignalQueue, type SignalQueue } from './temporal/signal-queue.js';
import { createSignalSender } from './temporal/signal-sender.js';

/** Everything that api and worker are made of. */
export interface Deps {
  config: Config;
  logger: Logger;
  db: Database;
  secrets: SecretBox;
  /** Behind the rate budget. */
  plaid: PlaidGateway;
  rateBuckets: RateBucketQueries;
  rateMetrics: RateMetrics;
  temporal: TemporalClient;
  signals: SignalQueue;
  organizations: OrganizationQueries;
  apiKeys: ApiKeyQueries;
  users: UserQueries;
  passwords: PasswordHasher;
  sessions: SessionQueries;
  oneTimeLinks: OneTimeLinkQueries;
  loginBuckets: LoginBucketQueries;
  integrations: IntegrationQueries;
  integrationProgress: IntegrationProgressReads;
  pauses: IntegrationPauseQueries;
  endUsers: EndUserQueries;
  endUserExports: EndUserExportReads;
  links: LinkQueries;
  linkReads: LinkReads;
  itemReads: ItemReads;
  itemRemoval: ItemRemovalQueries;
  relinkReads: RelinkReads;
  relinkDecisions: RelinkDecisions;
  dataSources: DataSourceQueries;
  transactions: TransactionQueries;
  transactionSearch: TransactionSearchQueries;
  transactionHistory: TransactionHistoryReads;
  syncRuns: SyncRunQueries;
  statistics: StatisticsQueries;
  changes: ChangeReadQueries;
  changeListener: ChangeListener;
  eventReads: EventReads;
  inbox: InboxQueries;
  inboxReads: InboxReads;
  inboxReplays: InboxReplayQueries;
  audits: AuditQueries;
  auditRepairs: AuditRepairQueries;
  verifyWebhook: WebhookVerifier;
  /** Sends what is queued, then closes connections in the reverse order of their making. */
  close(): Promise<void>;
}

export interface DepsOptions {
  config: Config;
  temporal: TemporalConfig;
  /** The program's name, in logs and pg_stat_activity. */
  name: string;
  logger?: Logger;
}

/**
 * The composition root. Nothing connects before its first use, so a process starts, and stays up, while PostgreSQL or
 * Temporal are down.
 */
export function createDeps({ config, temporal: temporalConfig, name, logger: given }: DepsOptions): Deps {
  const logger = given ?? createLogger(name, config.LOG_LEVEL);
  const db = createDatabase({ url: config.DATABASE_URL, poolMax: config.DATABASE_POOL_MAX, name });
  const secrets = createSecretBox(config.ENCRYPTION_KEYS);
  const rateBuckets = createRateBucketQueries(db);
  const rateMetrics = createRateMetrics(() => rateBuckets.countBlocked());
  const gateway = createPlaidGateway();
  const scale = config.PLAID_RATE_SCALE;
  const windowMs = config.RATE_LIMIT_WAIT;
  const plaid =
    scale === 0
      ? gateway
      : budgetedGateway(
          gateway,
          createRateBudget({ store: rateBuckets, scale, windowMs, observer: rateMetrics, logger }),
        );
  const temporal = createTemporalClient(temporalConfig);
  const signals = createSignalQueue({
    sender: createSignalSender({
      client: temporal.client,
      taskQueue: config.TEMPORAL_TASK_QUEUE,
      deadlineMs: config.SIGNAL_DEADLINE,
    }),
    logger,
    deadlineMs: config.SIGNAL_DEADLINE,
    staleAfterMs: config.SIGNAL_STALE_AFTER,
  });
  const changeListener = createChangeListener({ databaseUrl: config.DATABASE_URL, logger, name });
  const owned = { db, secrets, signalStaleAfterMs: config.SIGNAL_STALE_AFTER };
  return {
    config,
    logger,
    db,
    secrets,
    plaid,
    rateBuckets,
    rateMetrics,
    temporal,
    signals,
    organizations: createOrganizationQueries(db),
    apiKeys: createApiKeyQueries(db),
    users: createUserQueries(db),
    passwords: createPasswordHasher(),
    sessions: createSessionQueries(db, {
      idleMs: config.SESSION_IDLE,
      longestMs: config.SESSION_LONGEST,
      confirmedMs: config.SESSION_CONFIRMED,
    }),
    oneTimeLinks: createOneTimeLinkQueries(db),
    loginBuckets: createLoginBucketQueries(db),
    integrations: createIntegrationQueries(owned),
    integrationProgress: createIntegrationProgressReads(db),
    pauses: createIntegrationPauseQueries(db),
    endUsers: createEndUserQueries(db),
    endUserExports: createEndUserExportReads(db),
    links: createLinkQueries(owned),
    linkReads: createLinkReads(owned),
    itemReads: createItemReads(db),
    itemRemoval: createItemRemovalQueries(owned),
    relinkReads: createRelinkReads(db),
    relinkDecisions: createRelinkDecisions(owned),
    dataSources: createDataSourceQueries(db),
    transactions: createTransactionQueries(db),
    transactionSearch: createTransactionSearch(db),
    transactionHistory: createTransactionHistoryReads(db),
    syncRuns: createSyncRunQueries(db),
    statistics: createStatisticsQueries(db),
    changes: createChangeReadQueries(db),
    changeListener,
    eventReads: createEventReads(db),
    inboxReads: createInboxReads(db),
    inboxReplays: createInboxReplayQueries(owned),
    inbox: createInboxQueries({ ...owned, maxRejected: config.INBOX_MAX_UNVERIFIED }),
    audits: createAuditQueries(db),
    auditRepairs: createAuditRepairQueries(owned),
    verifyWebhook: createWebhookVerifier({
      keys: createWebhookKeyCache({ gateway: plaid, timeoutMs: config.PLAID_CHECK_TIMEOUT }),
    }),
    async close() {
      await signals.close();
      await changeListener.close();
      await temporal.close();
      gateway.close();
      await db.destroy();
    },
  };
}
