import { randomUUID } from 'node:crypto';
import type {
  ItemPublicTokenExchangeResponse,
  LinkTokenCreateRequest,
  LinkTokenCreateResponse,
  SandboxPublicTokenCreateResponse,
} from 'plaid';
import { exchangePublicToken, linkItem } from '../bank/link.js';
import { HOUR_MS, MINUTE_MS } from '../model/calendar.js';
import type { Product } from '../model/item.js';
import type { Wire } from '../model/wire.js';
import { itemOf, type Endpoint } from './endpoint.js';
import type { FieldRule, FieldRules, Json } from './fields.js';
import { PlaidApiError } from './plaid-error.js';
import { webhookUrl } from './webhook-url.js';

/** The products that the simulator's institutions can be linked with. */
const PRODUCTS: readonly Product[] = [
  'assets',
  'auth',
  'balance',
  'identity',
  'income_verification',
  'investments',
  'liabilities',
  'recurring_transactions',
  'signal',
  'statements',
  'transactions',
  'transactions_refresh',
  'transfer',
];

const DAYS_REQUESTED: FieldRule = {
  kind: 'object',
  nullable: true,
  fields: { days_requested: { kind: 'integer', min: 1, max: 730 } },
};

const productsOf = (value: unknown): Product[] => {
  const products = (value ?? []) as unknown[];
  const unknown = products.find((product) => !PRODUCTS.includes(product as Product));
  if (unknown !== undefined)
    throw new PlaidApiError('INVALID_PRODUCT', `invalid product: ${JSON.stringify(unknown)}`);
  return products as Product[];
};

const OPEN: FieldRule = { kind: 'any', nullable: true };

// The compiler checks that every field of Plaid's request is here: what Plaid accepts is not an unknown field.
const LINK_TOKEN_FIELDS = {
  client_name: { kind: 'string', required: true, min: 1, max: 30 },
  language: { kind: 'string', required: true, min: 1 },
  country_codes: { kind: 'array', required: true, min: 1 },
  user: { kind: 'object' },
  products: { kind: 'array', nullable: true },
  webhook: { kind: 'string' },
  access_token: { kind: 'string', nullable: true },
  transactions: DAYS_REQUESTED,
  access_tokens: OPEN,
  account_filters: OPEN,
  additional_consented_products: OPEN,
  android_package_name: OPEN,
  appearance_mode: OPEN,
  auth: OPEN,
  base_report: OPEN,
  card_switch: OPEN,
  cashflow_report: OPEN,
  consumer_report_permissible_purpose: OPEN,
  cra_enabled: OPEN,
  cra_options: OPEN,
  employment: OPEN,
  enable_multi_item_link: OPEN,
  eu_config: OPEN,
  financekit_supported: OPEN,
  hosted_link: OPEN,
  identity: OPEN,
  identity_verification: OPEN,
  income_verification: OPEN,
  institution_data: OPEN,
  institution_id: OPEN,
  investments: OPEN,
  investments_auth: OPEN,
  link_customization_name: OPEN,
  optional_products: OPEN,
  payment_configuration: OPEN,
  payment_initiation: OPEN,
  redirect_uri: OPEN,
  required_if_supported_products: OPEN,
  statements: OPEN,
  third_party_user_token: OPEN,
  transfer: OPEN,
  update: OPEN,
  user_id: OPEN,
  user_token: OPEN,
  cra_partner_insights: OPEN,
} satisfies FieldRules & Partial<Record<keyof LinkTokenCreateRequest, FieldRule>>;

const linkTokenCreate: Endpoint = {
  path: '/link/token/create',
  fields: LINK_TOKEN_FIELDS,
  answer: (call) => {
    const { body, context, requestId } = call;
    const update = typeof body['access_token'] === 'string';
    const products = productsOf(body['products']);
    if (update) itemOf(call);
    if (update && products.length > 0)
      throw new PlaidApiError('INVALID_FIELD', 'products must not be set in update mode');
    if (!update && products.length === 0)
      throw new PlaidApiError('INVALID_FIELD', 'products must be a non-empty array');
    const user = body['user'] as Json | undefined;
    if (user === undefined && body['user_id'] === undefined)
      throw new PlaidApiError('MISSING_FIELDS', 'the following required fields are missing: user');
    if (user !== undefined && (typeof user['client_user_id'] !== 'string' || user['client_user_id'] === ''))
      throw new PlaidApiError('INVALID_FIELD', 'user.client_user_id must be a non-empty string');
    webhookUrl(body['webhook'], 'webhook');
    return {
      expiration: new Date(context.clock.now() + (update ? 30 * MINUTE_MS : 4 * HOUR_MS)).toISOString(),
      link_token: `link-sandbox-${randomUUID()}`,
      request_id: requestId,
    } satisfies Wire<LinkTokenCreateResponse>;
  },
};

const sandboxPublicTokenCreate: Endpoint = {
  path: '/sandbox/public_token/create',
  fields: {
    institution_id: { kind: 'string', required: true, min: 1 },
    initial_products: { kind: 'array', required: true, min: 1 },
    user_id: OPEN,
    user_token: OPEN,
    options: {
      kind: 'object',
      fields: {
        webhook: { kind: 'string' },
        override_username: { kind: 'string', nullable: true },
        override_password: { kind: 'string', nullable: true },
        // start_date and end_date are accepted and have no effect, as at Plaid.
        transactions: {
          kind: 'object',
          nullable: true,
          fields: {
            start_date: OPEN,
            end_date: OPEN,
            days_requested: { kind: 'integer', min: 1, max: 730 },
          },
        },
        statements: OPEN,
        income_verification: OPEN,
      },
    },
  },
  answer: ({ body, context, clientId, requestId }) => {
    const options = (body['options'] ?? {}) as Json;
    const transactions = (options['transactions'] ?? {}) as Json;
    const { publicToken } = linkItem(context, {
      clientId,
      institutionId: String(body['institution_id']),
      products: productsOf(body['initial_products']),
      webhook: webhookUrl(options['webhook'], 'options.webhook'),
      username: (options['override_username'] as string | null | undefined) ?? 'user_good',
      password: (options['override_password'] as string | null | undefined) ?? 'pass_good',
      daysRequested: (transactions['days_requested'] as number | undefined) ?? 90,
    });
    return {
      public_token: publicToken.publicToken,
      request_id: requestId,
    } satisfies Wire<SandboxPublicTokenCreateResponse>;
  },
};

const itemPublicTokenExchange: Endpoint = {
  path: '/item/public_token/exchange',
  fields: { public_token: { kind: 'string', required: true, min: 1 } },
  answer: ({ body, context, clientId, requestId }) => {
    const item = exchangePublicToken(context, clientId, String(body['public_token']));
    return {
      access_token: item.accessToken ?? '',
      item_id: item.itemId,
      request_id: requestId,
    } satisfies Wire<ItemPublicTokenExchangeResponse>;
  },
};

export const LINK_ENDPOINTS: readonly Endpoint[] = [
  linkTokenCreate,
  sandboxPublicTokenCreate,
  itemPublicTokenExchange,
];
