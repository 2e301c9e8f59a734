import type {
  AccountsGetResponse,
  InstitutionsGetByIdResponse,
  ItemGetResponse,
  ItemRemoveResponse,
  ItemWebhookUpdateResponse,
  WebhookVerificationKeyGetResponse,
} from 'plaid';
import { removeItem } from '../bank/removal.js';
import { INSTITUTIONS } from '../data/institutions.js';
import type { Wire } from '../model/wire.js';
import { webhookBodies } from '../webhooks/bodies.js';
import { ACCESS_TOKEN, healthyItemOf, itemOf, type Endpoint } from './endpoint.js';
import type { Json } from './fields.js';
import { PlaidApiError } from './plaid-error.js';
import { presentInstitution, presentItem, presentItemStatus, presentItemWithConsent } from './present.js';
import { webhookUrl } from './webhook-url.js';

const REMOVAL_REASONS = [
  'FRAUD_FIRST_PARTY',
  'FRAUD_FALSE_IDENTITY',
  'FRAUD_ABUSE',
  'FRAUD_OTHER',
  'CONNECTION_IS_NON_FUNCTIONAL',
  'OTHER',
];

const itemGet: Endpoint = {
  path: '/item/get',
  fields: ACCESS_TOKEN,
  answer: (call) => {
    const item = itemOf(call);
    return {
      item: presentItemWithConsent(item),
      request_id: call.requestId,
      status: presentItemStatus(item),
    } satisfies Wire<ItemGetResponse>;
  },
};

const itemRemove: Endpoint = {
  path: '/item/remove',
  fields: {
    ...ACCESS_TOKEN,
    reason_code: { kind: 'string', nullable: true, values: REMOVAL_REASONS },
    reason_note: { kind: 'string', nullable: true, max: 512 },
  },
  answer: (call) => {
    const item = itemOf(call);
    removeItem(call.context, item);
    return { request_id: call.requestId } satisfies Wire<ItemRemoveResponse>;
  },
};

const itemWebhookUpdate: Endpoint = {
  path: '/item/webhook/update',
  fields: { ...ACCESS_TOKEN, webhook: { kind: 'string', nullable: true } },
  answer: (call) => {
    const { context, body, requestId } = call;
    const item = itemOf(call);
    item.webhook = webhookUrl(body['webhook'], 'webhook');
    context.store.saveItem(item);
    if (item.webhook !== null)
      context.webhooks.send(item, webhookBodies.webhookUpdateAcknowledged(item, item.webhook));
    return { item: presentItem(item), request_id: requestId } satisfies Wire<ItemWebhookUpdateResponse>;
  },
};

const accountsGet: Endpoint = {
  path: '/accounts/get',
  fields: {
    ...ACCESS_TOKEN,
    options: { kind: 'object', fields: { account_ids: { kind: 'array' } } },
  },
  answer: (call) => {
    const item = healthyItemOf(call);
    const wanted = (call.body['options'] as Json | undefined)?.['account_ids'] as unknown[] | undefined;
    const unknown = wanted?.filter((id) => !item.accounts.some(({ account_id }) => account_id === id)) ?? [];
    if (unknown.length > 0) throw new PlaidApiError('INVALID_ACCOUNT_ID');
    return {
      accounts: item.accounts.filter(({ account_id }) => wanted?.includes(account_id) ?? true),
      item: presentItem(item),
      request_id: call.requestId,
    } satisfies Wire<AccountsGetResponse>;
  },
};

const institutionsGetById: Endpoint = {
  path: '/institutions/get_by_id',
  fields: {
    institution_id: { kind: 'string', required: true, min: 1 },
    country_codes: { kind: 'array', required: true, min: 1 },
    options: {
      kind: 'object',
      fields: {
        include_auth_metadata: { kind: 'boolean' },
        include_optional_metadata: { kind: 'boolean' },
        include_payment_initiation_metadata: { kind: 'boolean' },
        include_status: { kind: 'boolean' },
      },
    },
  },
  answer: ({ body, requestId }) => {
    const bank = INSTITUTIONS.get(String(body['institution_id']));
    if (bank === undefined) throw new PlaidApiError('INVALID_INSTITUTION');
    const withMetadata = (body['options'] as Json | undefined)?.['include_optional_metadata'] === true;
    return {
      institution: presentInstitution(bank, withMetadata),
      request_id: requestId,
    } satisfies Wire<InstitutionsGetByIdResponse>;
  },
};

const webhookVerificationKeyGet: Endpoint = {
  path: '/webhook_verification_key/get',
  fields: { key_id: { kind: 'string', required: true, min: 1 } },
  answer: ({ keys, body, requestId }) => {
    const key = keys.find(String(body['key_id']));
    if (key === null) throw new PlaidApiError('INVALID_WEBHOOK_VERIFICATION_KEY_ID');
    return {
      key: {
        ...key.publicJwk,
        alg: 'ES256',
        created_at: key.createdAt,
        expired_at: key.expiredAt,
        kid: key.kid,
        use: 'sig',
      },
      request_id: requestId,
    } satisfies Wire<WebhookVerificationKeyGetResponse>;
  },
};

export const ITEM_ENDPOINTS: readonly Endpoint[] = [
  itemGet,
  itemRemove,
  itemWebhookUpdate,
  accountsGet,
  institutionsGetById,
  webhookVerificationKeyGet,
];
