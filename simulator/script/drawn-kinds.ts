import type { Random } from '../model/random.js';
import type { Json } from '../plaid-api/fields.js';

/** How a script draws a kind. */
export interface DrawnKind {
  actsAs: 'fault' | 'incident';
  /** How often it is drawn, in comparison; 0: once in a script that is long enough, or when it is asked for. */
  weight: number;
  params: (random: Random) => Json;
  /** A fault of everybody, not of one Item: what it waits for happens to no Item that is there. */
  everybody?: true;
  /** What it breaks is repaired some seconds later. */
  repaired?: (params: Json) => boolean;
}

const fault = (
  weight: number,
  params: DrawnKind['params'] = () => ({}),
  more: Partial<DrawnKind> = {},
): DrawnKind => ({
  actsAs: 'fault',
  weight,
  params,
  ...more,
});

const incident = (
  weight: number,
  params: DrawnKind['params'] = () => ({}),
  more: Partial<DrawnKind> = {},
): DrawnKind => ({ actsAs: 'incident', weight, params, ...more });

const times = (random: Random) => ({ times: random.integer(1, 3) });

const PASSING = [
  'INSTITUTION_DOWN',
  'INSTITUTION_NOT_RESPONDING',
  'INSTITUTION_NOT_AVAILABLE',
  'PLANNED_MAINTENANCE',
  'INTERNAL_SERVER_ERROR',
];
const LOGIN = [
  'ITEM_LOGIN_REQUIRED',
  'PASSWORD_RESET_REQUIRED',
  'USER_SETUP_REQUIRED',
  'ITEM_LOCKED',
  'INVALID_CREDENTIALS',
  'INVALID_MFA',
  'INSUFFICIENT_CREDENTIALS',
  'ACCESS_NOT_GRANTED',
  'NO_ACCOUNTS',
  'ADDITIONAL_CONSENT_REQUIRED',
];
const NOTICES = [
  'SYNC_UPDATES_AVAILABLE',
  'DEFAULT_UPDATE',
  'HISTORICAL_UPDATE',
  'TRANSACTIONS_REMOVED',
  'RECURRING_TRANSACTIONS_UPDATE',
  'ERROR',
  'LOGIN_REPAIRED',
  'PENDING_EXPIRATION',
  'PENDING_DISCONNECT',
  'NEW_ACCOUNTS_AVAILABLE',
  'USER_PERMISSION_REVOKED',
  'USER_ACCOUNT_REVOKED',
];

const onPage = (random: Random) => random.pick(['first', 'middle', 'last', 2, 3]);

/** An error in mid-pagination; one of the login breaks the Item, as it does at Plaid. */
const errorParams = (random: Random): Json => {
  const breaks = random.chance(0.3);
  return {
    error_code: random.pick(breaks ? LOGIN : PASSING),
    ...(random.chance(0.6) ? { on_page: onPage(random) } : {}),
    ...(breaks ? { break_item: true } : { times: random.integer(1, 2) }),
  };
};

/** Every kind that a script can draw. */
export const DRAWN_KINDS: Readonly<Record<string, DrawnKind>> = {
  rate_limited: fault(3, (random) => ({
    ...times(random),
    ...(random.chance(0.6) ? { retry_after: random.integer(1, 3) } : {}),
    retry_after_as: random.pick(['seconds', 'http_date']),
  })),
  internal_error: fault(3, times),
  bad_gateway_html: fault(2, (random) => ({ ...times(random), status: random.pick([502, 503, 504]) })),
  latency: fault(2, (random) => ({ latency: random.chance(0.05) ? '30s' : random.integer(200, 3000) })),
  cut_body: fault(3, (random) => ({ ...times(random), at: random.integer(0, 9) / 10 })),
  truncated_json: fault(2, (random) => ({ ...times(random), at: random.integer(0, 9) / 10 })),
  new_fields: fault(1, times),
  error: fault(4, errorParams, { repaired: (params) => params['break_item'] === true }),
  unknown_error_code: fault(1, times),
  mutation: fault(4, (random) =>
    random.chance(0.1)
      ? { from_stored_cursor: true }
      : { on_page: onPage(random), times: random.integer(1, 4) },
  ),
  foreign_cursor: fault(1),
  page_size: fault(4, (random) => ({ rows: random.integer(1, 20), times: random.integer(5, 30) })),
  webhook_lost: fault(3, times),
  webhook_duplicated: fault(3, (random) => ({
    copies: random.integer(1, 3),
    same_token: random.chance(0.5),
  })),
  webhook_delayed: fault(2, (random) => ({ by: random.integer(500, 10_000) })),
  webhook_reordered: fault(2, times),
  webhook_before_link: fault(1, () => ({}), { everybody: true }),
  webhook_after_removal: fault(1, () => ({}), { everybody: true }),
  webhook_rotated_key: fault(1),
  webhook_expired_key: fault(1),
  webhook_unknown_key: fault(1),
  webhook_reserialised_body: fault(1),
  webhook_stale_iat: fault(1),
  webhook_future_iat: fault(1),
  webhook_algorithm: fault(1, (random) => ({ algorithm: random.pick(['HS256', 'RS256', 'none']) })),
  webhook_unsigned: fault(1),
  split_posting: incident(4, (random) => ({ order: random.pick(['removed_first', 'added_first']) })),
  add_modify_remove: incident(3, (random) => ({ pages: random.pick(['one', 'several']) })),
  remove_and_readd: incident(3),
  post_other_amount: incident(3),
  post_null_link: incident(2),
  post_wrong_link: incident(2),
  pending_vanishes: incident(2),
  modified_flood: incident(2, (random) => ({ count: random.integer(10, 200) })),
  churn: incident(3, (random) => ({ count: random.integer(1, 20) })),
  refresh: incident(8),
  long_history: incident(0, (random) => ({ count: random.integer(500, 2000) })),
  partial_history: incident(1, (random) => ({
    count: random.integer(300, 900),
    delay: random.integer(2000, 15_000),
  })),
  strange_rows: incident(1),
  account_added: incident(1, (random) => ({ rows: random.integer(0, 10) })),
  account_revoked: incident(1, (random) => ({ rows: random.pick(['kept', 'removed']) })),
  account_renamed: incident(1),
  account_ids_changed: incident(1, (random) => ({ rows: random.pick(['modified', 'new_ids']) })),
  break: incident(2, (random) => ({ error_code: random.pick([...LOGIN, ...PASSING]) }), {
    repaired: () => true,
  }),
  // It comes with what breaks; drawn alone it finds nothing to repair.
  repair: incident(0),
  permission_revoked: incident(0),
  notice: incident(3, (random) => ({ webhook_code: random.pick(NOTICES) })),
  institution_migrated: incident(1, (random) => ({ login: random.pick(['breaks', 'works']) }), {
    repaired: (params) => params['login'] === 'breaks',
  }),
  relink: incident(0, (random) => ({ old: random.pick(['keep', 'break', 'remove']) })),
};
