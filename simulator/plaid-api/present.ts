import type { AccountsGetResponse, Institution, ItemGetResponse } from 'plaid';
import { institutionProducts, INSTITUTIONS, type InstitutionData } from '../data/institutions.js';
import type { Item } from '../model/item.js';
import type { Wire } from '../model/wire.js';
import { errorBody } from './plaid-error.js';

const isoOrNull = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** The Item as /accounts/get and /item/webhook/update show it. */
export const presentItem = (item: Item): Wire<AccountsGetResponse['item']> => ({
  auth_method: null,
  available_products: institutionProducts().filter((product) => !item.products.includes(product)),
  billed_products: [...item.products],
  consent_expiration_time: null,
  error: item.failure === null ? null : errorBody(item.failure.code, item.failure.reason),
  institution_id: item.institutionId,
  institution_name: INSTITUTIONS.get(item.institutionId)?.name ?? null,
  item_id: item.itemId,
  products: [...item.products],
  update_type: 'background',
  webhook: item.webhook,
});

/** The Item as /item/get shows it. */
export const presentItemWithConsent = (item: Item): Wire<ItemGetResponse['item']> => ({
  ...presentItem(item),
  consented_products: institutionProducts(),
  created_at: new Date(item.createdAt).toISOString(),
});

export const presentItemStatus = (item: Item): Wire<NonNullable<ItemGetResponse['status']>> => ({
  investments: null,
  last_webhook:
    item.lastWebhook === null
      ? null
      : { code_sent: item.lastWebhook.code, sent_at: isoOrNull(item.lastWebhook.sentAt) },
  transactions: {
    last_failed_update: isoOrNull(item.lastFailedUpdate),
    last_successful_update: isoOrNull(item.lastSuccessfulUpdate),
  },
});

export const presentInstitution = (bank: InstitutionData, withMetadata: boolean): Wire<Institution> => ({
  country_codes: ['US'],
  institution_id: bank.institutionId,
  ...(withMetadata ? { logo: null, primary_color: bank.color, url: bank.url } : {}),
  name: bank.name,
  oauth: bank.oauth,
  products: institutionProducts(),
  routing_numbers: bank.routingNumbers,
});
