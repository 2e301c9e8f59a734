import { createRandom, type Random } from '../model/random.js';
import type { TransactionDetails, TransactionDraft } from '../model/transaction.js';
import { isInflow } from '../model/amount.js';
import { MERCHANTS, type Merchant } from './merchants.js';

const CITIES = [
  ['San Francisco', 'CA', '94103', 37.7726, -122.4099],
  ['Oakland', 'CA', '94607', 37.8049, -122.2708],
  ['Portland', 'OR', '97205', 45.5202, -122.6842],
  ['Austin', 'TX', '78701', 30.2672, -97.7431],
  ['Brooklyn', 'NY', '11211', 40.7128, -73.9535],
] as const;

const ICONS = 'https://plaid-category-icons.plaid.com';
const LOGOS = 'https://plaid-merchant-logos.plaid.com';

/** What a transaction is about, before Plaid has enriched it. */
export interface TransactionFacts {
  transactionId: string;
  accountId: string;
  /** Exact decimal in Plaid's sign: positive is money out. */
  amount: string;
  date: string;
  authorizedDate: string | null;
  pending: boolean;
  pendingTransactionId?: string | null;
  currency?: string | null;
  /** As the bank prints it. */
  description: string;
  /** The merchant behind it, if it is known; null leaves the enriched fields empty. */
  merchant: Merchant | null;
}

/** The merchant that a bank's description names, or null. */
export const recogniseMerchant = (description: string): Merchant | null => {
  const text = description.toLowerCase();
  return MERCHANTS.find(({ name }) => name !== null && text.includes(name.toLowerCase())) ?? null;
};

/** Fills the `#` of a descriptor with digits. */
export const printedDescription = ({ descriptor }: Merchant, random: Random): string =>
  descriptor.replaceAll('#', () => String(random.integer(0, 9)));

const entityIds = new Map<string, string>();

/** Plaid's stable id of a merchant. */
const entityId = (name: string): string => {
  const known = entityIds.get(name) ?? createRandom(`merchant/${name}`).identifier();
  entityIds.set(name, known);
  return known;
};

const category = (merchant: Merchant | null, amount: string): { primary: string; detailed: string } => {
  const [primary, suffix] =
    merchant?.category ?? (isInflow(amount) ? ['TRANSFER_IN', 'DEPOSIT'] : ['OTHER', 'OTHER']);
  return { primary, detailed: `${primary}_${suffix}` };
};

const place = (merchant: Merchant | null, random: Random): TransactionDetails['location'] => {
  const nowhere = { address: null, city: null, region: null, postal_code: null, country: null };
  if (merchant?.channel !== 'in store') return { ...nowhere, lat: null, lon: null, store_number: null };
  const [city, region, postalCode, lat, lon] = random.pick(CITIES);
  return {
    address: random.chance(0.5) ? `${random.integer(1, 1999)} Market St` : null,
    city,
    region,
    postal_code: postalCode,
    country: 'US',
    lat,
    lon,
    store_number: random.chance(0.5) ? String(random.integer(1, 9999)) : null,
  };
};

/** A transaction as Plaid shows it, enriched by its merchant; all keys that Plaid always sends are there. */
export const composeTransaction = (facts: TransactionFacts, random: Random): TransactionDraft => {
  const { merchant } = facts;
  const { primary, detailed } = category(merchant, facts.amount);
  const confidence = merchant?.name == null ? 'LOW' : 'VERY_HIGH';
  const logo =
    merchant?.name == null ? null : `${LOGOS}/${merchant.name.toLowerCase().replace(/[^a-z]+/g, '_')}.png`;
  const details: TransactionDetails = {
    account_id: facts.accountId,
    account_owner: null,
    authorized_date: facts.authorizedDate,
    authorized_datetime: null,
    category: null,
    category_id: null,
    check_number: null,
    counterparties:
      merchant?.name == null
        ? []
        : [
            {
              account_numbers: null,
              confidence_level: confidence,
              entity_id: entityId(merchant.name),
              logo_url: logo,
              name: merchant.name,
              type: merchant.kind,
              website: merchant.website,
            },
          ],
    date: facts.date,
    datetime: null,
    iso_currency_code: facts.currency === undefined ? 'USD' : facts.currency,
    location: place(merchant, random),
    logo_url: logo,
    merchant_entity_id: merchant?.name == null ? null : entityId(merchant.name),
    merchant_name: merchant?.name ?? null,
    name: merchant?.name ?? facts.description,
    payment_channel: merchant?.channel ?? 'other',
    payment_meta: {
      by_order_of: null,
      payee: null,
      payer: null,
      payment_method: merchant?.kind === 'income_source' ? 'ACH' : null,
      payment_processor: null,
      ppd_id: null,
      reason: null,
      reference_number: null,
    },
    pending: facts.pending,
    pending_transaction_id: facts.pendingTransactionId ?? null,
    personal_finance_category: { confidence_level: confidence, detailed, primary, version: 'v2' },
    personal_finance_category_icon_url: `${ICONS}/PFC_${primary}.png`,
    ...(facts.pending ? {} : { running_balance: null }),
    transaction_code: null,
    transaction_id: facts.transactionId,
    transaction_type:
      merchant?.channel === 'in store' ? 'place' : merchant === null ? 'unresolved' : 'digital',
    unofficial_currency_code: null,
    website: merchant?.website ?? null,
  };
  return { amount: facts.amount, originalDescription: facts.description, details };
};

/** The same transaction, posted: a new id that names the pending one, dated to its posting. */
export const postedFrom = (
  pending: TransactionDraft,
  { transactionId, date, amount }: { transactionId: string; date: string; amount?: string },
): TransactionDraft => ({
  amount: amount ?? pending.amount,
  originalDescription: pending.originalDescription,
  details: {
    ...pending.details,
    authorized_date: pending.details.authorized_date ?? pending.details.date,
    date: date < pending.details.date ? pending.details.date : date,
    pending: false,
    pending_transaction_id: pending.details.transaction_id,
    running_balance: null,
    transaction_id: transactionId,
  },
});
