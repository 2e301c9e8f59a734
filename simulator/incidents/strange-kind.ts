import { recordChanges } from '../bank/announce.js';
import { draftOf, snapshotOf, type Snapshot, type TransactionDraft } from '../model/transaction.js';
import type { IncidentKind } from './incident.js';
import { newRow } from './rows.js';

interface Strange {
  amount?: string;
  originalDescription?: string;
  fields?: Record<string, unknown>;
  without?: readonly string[];
}

const LONG = 'Ünïcode 🦦 '.repeat(1000);

/** What is strange about a row, by name. */
const STRANGE: Readonly<Record<string, Strange>> = {
  unknown_enums: {
    fields: {
      payment_channel: 'telepathy',
      transaction_code: 'barter',
      transaction_type: 'quantum',
      personal_finance_category: {
        primary: 'SPACE_TRAVEL',
        detailed: 'SPACE_TRAVEL_FUEL',
        confidence_level: 'PSYCHIC',
        version: 'v9',
      },
      counterparties: [{ name: 'HAL', type: 'robot', entity_id: null, website: null, logo_url: null }],
    },
  },
  unknown_fields: {
    fields: { flux_level: 1.21, flux_details: { nested: [{ deep: [null, true, 1e21] }] }, '': 'empty name' },
  },
  seven_decimals: { amount: '0.1234567' },
  very_large: { amount: '123456789012345678.1234567' },
  very_negative: { amount: '-99999999999999999999.99' },
  null_category: {
    fields: {
      personal_finance_category: null,
      personal_finance_category_icon_url: null,
      counterparties: null,
      merchant_name: null,
      merchant_entity_id: null,
    },
  },
  no_category: {
    without: ['personal_finance_category', 'personal_finance_category_icon_url', 'counterparties'],
  },
  crypto: { amount: '0.00001234', fields: { iso_currency_code: null, unofficial_currency_code: 'BTC' } },
  no_currency: { fields: { iso_currency_code: null, unofficial_currency_code: null } },
  deprecated_absent: { without: ['name', 'category', 'category_id', 'transaction_type'] },
  nul_and_surrogates: {
    originalDescription: 'NUL \u0000 and lone \udfff',
    fields: { name: 'Nul \u0000 byte', merchant_name: 'Lone \ud800 surrogate', check_number: '\udc00\u0000' },
  },
  long_text: { fields: { name: LONG, merchant_name: LONG } },
  odd_times: {
    fields: { datetime: '2026-11-23T00:00:00Z', authorized_datetime: 'not a time', authorized_date: null },
  },
};

const strangeRow = (row: Snapshot, strange: Strange): Snapshot => {
  const draft = draftOf(row);
  const details = Object.fromEntries(
    Object.entries({ ...draft.details, ...strange.fields }).filter(
      ([name]) => strange.without?.includes(name) !== true,
    ),
  );
  return snapshotOf({
    amount: strange.amount ?? draft.amount,
    originalDescription: strange.originalDescription ?? draft.originalDescription,
    // What Plaid's types forbid is the point here.
    details: details as unknown as TransactionDraft['details'],
  });
};

/** Rows that Plaid's types forbid, or that software likes to stumble over. */
export const STRANGE_KIND: IncidentKind = {
  kind: 'strange_rows',
  summary: 'rows come that software likes to stumble over, one of each',
  params: {
    which: { kind: 'array', min: 1, values: Object.keys(STRANGE), meaning: 'which of them; all if absent' },
  },
  act: (incident) => {
    const which = (incident.params['which'] as string[] | undefined) ?? Object.keys(STRANGE);
    const rows = which.map((name) => strangeRow(newRow(incident), STRANGE[name] ?? {}));
    recordChanges(
      incident.context,
      incident.item,
      rows.map((snapshot) => ({ op: 'added', snapshot })),
      { silent: incident.silent },
    );
    return {
      changes: rows.length,
      transaction_ids: Object.fromEntries(which.map((name, index) => [name, rows[index]?.transactionId])),
    };
  },
};
