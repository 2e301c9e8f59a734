import type { Connection, Database } from '../database.js';
import type { StoredHeaders } from './inbox.js';
import { likePattern } from './transaction-filter.js';

export type WebhookVerdict = 'verified' | 'stale' | 'rejected';

/**
 * What has become of a webhook: `waiting` for a look at its Item, `consumed` by one, `unmatched` to any Item so far,
 * `stopped`: its Item is not synced any more, `rejected`: not believed.
 */
export const WEBHOOK_STATES = ['waiting', 'consumed', 'unmatched', 'stopped', 'rejected'] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];

export interface InboxRow {
  id: string;
  integration_id: string;
  plaid_item_id: string | null;
  verdict: WebhookVerdict;
  rejection: string | null;
  webhook_type: string | null;
  webhook_code: string | null;
  state: WebhookState;
  deliveries: number;
  received_at: Date;
  last_received_at: Date;
  forward_state: 'none' | 'pending' | 'sent' | 'failed' | 'stopped';
  forward_attempts: number;
  forward_error: string | null;
  forwarded_at: Date | null;
  replays: number;
  last_replayed_at: Date | null;
}

export interface InboxRowWhole extends InboxRow {
  body: Buffer;
  /** Only the beginning of a rejected body was kept. */
  body_shortened: boolean;
  headers: StoredHeaders;
}

/** Every field narrows; undefined does not. */
export interface InboxFilter {
  integrationId?: string | undefined;
  plaidItemId?: string | undefined;
  verdict?: WebhookVerdict | undefined;
  state?: WebhookState | undefined;
  webhookType?: string | undefined;
  webhookCode?: string | undefined;
  /** ISO 8601; of the first delivery. */
  receivedMin?: string | undefined;
  receivedMax?: string | undefined;
  forwardState?: InboxRow['forward_state'] | undefined;
  /** Whether the same webhook came more than once. */
  redelivered?: boolean | undefined;
  /** Part of Plaid's item_id, the code or the reason of a rejection in whatever case, or of the body as it came. */
  text?: string | undefined;
}

export interface InboxReads {
  /** Newest first; `before` is the id where the page before ended. */
  list(
    organizationId: string,
    filter: InboxFilter,
    page: { before: string | null; limit: number },
  ): Promise<InboxRow[]>;
  find(organizationId: string, id: string): Promise<InboxRowWhole | null>;
  /** Ids of the oldest that match, for a replay. */
  oldest(organizationId: string, filter: InboxFilter, limit: number): Promise<string[]>;
}

const STATE = `
  case when w.verdict = 'rejected' then 'rejected' when w.item_id is null then 'unmatched'
       when w.gen <= s.synced_gen then 'consumed' when i.desired_state = 'disabled' or i.health = 'deleted' then 'stopped'
       else 'waiting' end`;

const COLUMNS = `w.id, w.integration_id, w.plaid_item_id, w.verdict, w.rejection, w.webhook_type, w.webhook_code, ${STATE} as state,
       w.deliveries, w.received_at, w.last_received_at, w.forward_state, w.forward_attempts, w.forward_error, w.forwarded_at,
       w.replays, w.last_replayed_at`;

const FROM = `plaid_webhooks w left join items i on i.id = w.item_id left join item_sync s on s.item_id = w.item_id`;

/** Few are kept of each integration (INBOX_MAX_UNVERIFIED); deleted integrations have theirs still. */
const REJECTED = `w.id = any(array(select r.id from plaid_webhooks r where r.verdict = 'rejected'
    and r.integration_id = any(array(select n.id from integrations n where n.organization_id = :organizationId))))`;

/** What leads to the rows of a rare state by an index of theirs; without it the whole inbox would be walked for the next one. */
const RARE: Partial<Record<WebhookState, string>> = {
  waiting: `w.item_id = any(array(select d.item_id from item_sync d join items k on k.id = d.item_id
    where d.dirty_gen > d.synced_gen and k.organization_id = :organizationId))`,
  unmatched: `w.item_id is null and w.verdict <> 'rejected'`,
  rejected: REJECTED,
};

const CONDITIONS: Record<keyof InboxFilter, string> = {
  integrationId: 'w.integration_id = :integrationId',
  // A rejected webhook names no Item, and one that was matched has its row.
  plaidItemId: `w.plaid_item_id = :plaidItemId and ((w.item_id is null and w.verdict <> 'rejected') or w.item_id = any(array(
    select k.id from items k where k.organization_id = :organizationId and k.plaid_item_id = :plaidItemId)))`,
  verdict: 'w.verdict = :verdict',
  state: `${STATE} = :state`,
  webhookType: 'w.webhook_type = :webhookType',
  webhookCode: 'w.webhook_code = :webhookCode',
  receivedMin: 'w.received_at >= :receivedMin::timestamptz',
  receivedMax: 'w.received_at <= :receivedMax::timestamptz',
  forwardState: 'w.forward_state = :forwardState',
  redelivered: '(w.deliveries > 1) = :redelivered',
  // Bytes, because a body need not be text.
  text: `(w.plaid_item_id ilike :pattern or w.webhook_code ilike :pattern or w.rejection ilike :pattern
             or position(convert_to(:body, 'UTF8') in w.body) > 0)`,
};

type Bindings = Record<string, string | boolean>;

function where(filter: InboxFilter): { sql: string; bindings: Bindings } {
  const bindings: Bindings = {};
  const sql = Object.entries(filter)
    .filter((entry): entry is [keyof InboxFilter, string | boolean] => entry[1] !== undefined)
    .map(([name, value]) => {
      if (name === 'text') {
        bindings['pattern'] = likePattern(String(value));
        bindings['body'] = String(value);
      } else bindings[name] = value;
      return ` and ${CONDITIONS[name]}`;
    })
    .join('');
  const rare = filter.verdict === 'rejected' ? REJECTED : filter.state && RARE[filter.state];
  return { sql: rare === undefined ? sql : `${sql} and ${rare}`, bindings };
}

/** A text leads to no index: what takes longer is to be narrowed by its time or Item. */
const TEXT_TIMEOUT = '10s';

export function createInboxReads(db: Database): InboxReads {
  const bounded = <T>(filter: InboxFilter, run: (on: Connection) => Promise<T>): Promise<T> =>
    filter.text === undefined
      ? run(db)
      : db.transaction(async (trx) => {
          await trx.raw(`set local statement_timeout = '${TEXT_TIMEOUT}'`);
          return run(trx);
        });

  return {
    async list(organizationId, filter, { before, limit }) {
      const { sql, bindings } = where(filter);
      return bounded(filter, async (on) => {
        const { rows } = await on.raw<{ rows: InboxRow[] }>(
          `select ${COLUMNS} from ${FROM}
            where w.organization_id = :organizationId and (:before::uuid is null or w.id < :before::uuid)${sql}
            order by w.id desc limit :limit`,
          { organizationId, before, limit, ...bindings },
        );
        return rows;
      });
    },
    async find(organizationId, id) {
      const { rows } = await db.raw<{ rows: InboxRowWhole[] }>(
        `select ${COLUMNS}, w.body, w.body_shortened, w.headers from ${FROM} where w.organization_id = :organizationId and w.id = :id`,
        { organizationId, id },
      );
      return rows[0] ?? null;
    },
    async oldest(organizationId, filter, limit) {
      const { sql, bindings } = where(filter);
      return bounded(filter, async (on) => {
        const { rows } = await on.raw<{ rows: { id: string }[] }>(
          `select w.id from ${FROM} where w.organization_id = :organizationId${sql} order by w.id limit :limit`,
          { organizationId, limit, ...bindings },
        );
        return rows.map((row) => row.id);
      });
    },
  };
}
