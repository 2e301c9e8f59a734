import type { ClockState, VirtualClock } from '../model/virtual-clock.js';
import type { Delivery, SigningKey } from '../model/delivery.js';
import type { Item } from '../model/item.js';
import type { Store } from '../model/store.js';

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** An Item with all that the simulator knows of it, tokens included: this API is for whoever runs the simulator. */
export const presentControlItem = (store: Store, item: Item) => ({
  item_id: item.itemId,
  access_token: item.accessToken,
  client_id: item.clientId,
  institution_id: item.institutionId,
  username: item.username,
  products: item.products,
  webhook: item.webhook,
  created_at: iso(item.createdAt),
  removed_at: iso(item.removedAt),
  login_expires_at: iso(item.loginExpiresAt),
  transactions_update_status: item.updateStatus,
  initial_update_at: iso(item.pull?.initialAt ?? null),
  historical_update_at: iso(item.pull?.historicalAt ?? null),
  days_requested: item.pull?.daysRequested ?? null,
  long_amounts: item.longAmounts ?? false,
  synced_once: item.armed,
  error: item.failure,
  log_length: store.logOf(item).head,
  accounts: item.accounts,
  revoked_accounts: item.revokedAccounts ?? [],
  relinked_from: item.copyOf?.itemId ?? null,
});

export const presentDelivery = (delivery: Delivery) => ({
  id: delivery.id,
  item_id: delivery.itemId,
  url: delivery.url,
  webhook_type: delivery.webhookType,
  webhook_code: delivery.webhookCode,
  body: delivery.body,
  state: delivery.state,
  created_at: iso(delivery.createdAt),
  next_attempt_at: iso(delivery.nextAttemptAt),
  attempts: delivery.attempts.map((attempt) => ({
    at: iso(attempt.at),
    status: attempt.status,
    error: attempt.error,
    duration_ms: attempt.durationMs,
    kid: attempt.kid,
    plaid_verification: attempt.verification,
    ...(attempt.fault === undefined ? {} : { fault: attempt.fault }),
  })),
});

export const presentKey = (key: SigningKey) => ({
  kid: key.kid,
  created_at: key.createdAt,
  expired_at: key.expiredAt,
});

export const presentClock = (clock: VirtualClock, state: ClockState) => ({
  now: iso(clock.now()),
  frozen: clock.frozen,
  offset_ms: state.frozenAt === null ? state.offsetMs : clock.now() - Date.now(),
});
