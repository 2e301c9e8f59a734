import { posting, refreshItem } from '../bank/activity.js';
import { addHistory, addHistoryInParts } from '../bank/added-history.js';
import { recordChanges } from '../bank/announce.js';
import { ControlError } from '../control/control-error.js';
import { numberOf, textOf, type ParamRule } from '../faults/params.js';
import { addDecimals, isDecimal } from '../model/amount.js';
import { draftOf, snapshotOf, type Snapshot, type TransactionDetails } from '../model/transaction.js';
import type { Change } from '../model/update-log.js';
import type { Json } from '../plaid-api/fields.js';
import type { Incident, IncidentKind } from './incident.js';
import { activeRows, anyRow, newRow, pendingRow, removal, TRANSACTION_ID } from './rows.js';

const AMOUNT: ParamRule = {
  kind: 'string',
  meaning: 'exact decimal as text; some more than before if absent',
  check: (value) => (isDecimal(String(value)) ? null : 'must be a decimal as text'),
};

const changed = (
  row: Snapshot,
  { amount, details = {} }: { amount?: string; details?: Partial<TransactionDetails> },
): Snapshot => {
  const draft = draftOf(row);
  return snapshotOf({
    ...draft,
    amount: amount ?? draft.amount,
    details: { ...draft.details, ...details },
  });
};

const tipped = ({ params, random }: Incident, { amount }: Snapshot): string =>
  textOf(params, 'amount') ?? addDecimals(amount, `${random.integer(1, 9)}.${random.integer(10, 99)}`);

const record = ({ context, item, silent }: Incident, changes: readonly Change[], told: Json): Json => {
  recordChanges(context, item, changes, { silent });
  return { changes: changes.length, ...told };
};

const idsOf = (from: Snapshot, to: Snapshot): Json => ({
  pending_transaction_id: from.transactionId,
  transaction_id: to.transactionId,
});

const splitPosting: IncidentKind = {
  kind: 'split_posting',
  summary: 'a pending transaction posts; its removed and its added row are on different pages of one update',
  params: {
    transaction_id: TRANSACTION_ID,
    order: {
      kind: 'string',
      values: ['removed_first', 'added_first'],
      otherwise: 'removed_first',
      meaning: 'which of them is on the earlier page',
    },
  },
  act: (incident) => {
    const { row, made } = pendingRow(incident);
    const [removed, added] = posting(incident.context, row, incident.random);
    const [first, second] = incident.params['order'] === 'added_first' ? [added, removed] : [removed, added];
    return record(incident, [...made, { ...first, endsPage: true }, second], idsOf(row, added.snapshot));
  },
};

const addModifyRemove: IncidentKind = {
  kind: 'add_modify_remove',
  summary: 'one id is added, modified and removed within one update, and all three are told',
  params: {
    pages: {
      kind: 'string',
      values: ['one', 'several'],
      otherwise: 'several',
      meaning: 'whether the three are on one page or on three',
    },
  },
  act: (incident) => {
    const snapshot = newRow(incident);
    const telling = { verbatim: true, endsPage: incident.params['pages'] === 'several' };
    const amount = addDecimals(snapshot.amount, '1.11');
    return record(
      incident,
      [
        { op: 'added', snapshot, ...telling },
        { op: 'modified', snapshot: changed(snapshot, { amount }), ...telling },
        removal(snapshot, { verbatim: true }),
      ],
      { transaction_id: snapshot.transactionId },
    );
  },
};

const removeAndReadd: IncidentKind = {
  kind: 'remove_and_readd',
  summary: 'an id is removed on one page and added again on a later one of the same update',
  params: { transaction_id: TRANSACTION_ID },
  act: (incident) => {
    const row = anyRow(incident);
    return record(
      incident,
      [removal(row, { verbatim: true, endsPage: true }), { op: 'added', snapshot: row, verbatim: true }],
      { transaction_id: row.transactionId },
    );
  },
};

const postOtherAmount: IncidentKind = {
  kind: 'post_other_amount',
  summary: 'a pending transaction posts with another amount',
  params: { transaction_id: TRANSACTION_ID, amount: AMOUNT },
  act: (incident) => {
    const { row, made } = pendingRow(incident);
    const [removed, added] = posting(incident.context, row, incident.random, tipped(incident, row));
    return record(incident, [...made, removed, added], idsOf(row, added.snapshot));
  },
};

const postNullLink: IncidentKind = {
  kind: 'post_null_link',
  summary: 'a pending transaction posts and the posted row does not name it',
  params: { transaction_id: TRANSACTION_ID },
  act: (incident) => {
    const { row, made } = pendingRow(incident);
    const [removed, added] = posting(incident.context, row, incident.random);
    const snapshot = changed(added.snapshot, { details: { pending_transaction_id: null } });
    return record(incident, [...made, removed, { op: 'added', snapshot }], idsOf(row, snapshot));
  },
};

const postWrongLink: IncidentKind = {
  kind: 'post_wrong_link',
  summary: 'a pending transaction posts and the posted row names another one, which stays pending',
  params: { transaction_id: TRANSACTION_ID },
  act: (incident) => {
    const { row, made } = pendingRow(incident);
    const other = pendingRow(incident, row);
    const [removed, added] = posting(incident.context, row, incident.random);
    const snapshot = changed(added.snapshot, {
      details: { pending_transaction_id: other.row.transactionId },
    });
    return record(incident, [...made, ...other.made, removed, { op: 'added', snapshot }], {
      ...idsOf(row, snapshot),
      named_transaction_id: other.row.transactionId,
    });
  },
};

const pendingVanishes: IncidentKind = {
  kind: 'pending_vanishes',
  summary: 'a pending transaction is removed and never posts',
  params: { transaction_id: TRANSACTION_ID },
  act: (incident) => {
    const { row, made } = pendingRow(incident);
    return record(incident, [...made, removal(row)], { transaction_id: row.transactionId });
  },
};

const modifiedFlood: IncidentKind = {
  kind: 'modified_flood',
  summary: 'transactions are reported as modified and are identical to what they were',
  params: {
    count: { kind: 'integer', min: 1, max: 1_000_000, otherwise: 100, meaning: 'how many, newest first' },
  },
  act: (incident) => {
    const rows = activeRows(incident).slice(-(numberOf(incident.params, 'count') ?? 100));
    return record(
      incident,
      rows.map((snapshot) => ({ op: 'modified', snapshot })),
      {},
    );
  },
};

const churn: IncidentKind = {
  kind: 'churn',
  summary: 'posted transactions are removed and added again under other ids, with another name',
  params: {
    count: { kind: 'integer', min: 1, max: 100_000, otherwise: 10, meaning: 'how many, newest first' },
  },
  act: (incident) => {
    const { params, random } = incident;
    const rows = activeRows(incident)
      .filter(({ pending }) => !pending)
      .slice(-(numberOf(params, 'count') ?? 10));
    const changes = rows.flatMap((row): Change[] => {
      const { name } = draftOf(row).details;
      const details = { transaction_id: random.identifier(), name: `${name} *${random.integer(100, 999)}` };
      return [removal(row), { op: 'added', snapshot: changed(row, { details }) }];
    });
    return record(incident, changes, {});
  },
};

const refresh: IncidentKind = {
  kind: 'refresh',
  summary: 'the bank is looked at: for user_transactions_dynamic new pendings come and all earlier ones post',
  params: {},
  act: ({ context, item }) => {
    const log = context.store.logOf(item);
    const before = log.head;
    refreshItem(context, item);
    return { changes: log.head - before };
  },
};

const DAYS: ParamRule = {
  kind: 'integer',
  min: 1,
  max: 730,
  meaning: 'over how many days before the creation of the Item; its days_requested if absent',
};

const longHistory: IncidentKind = {
  kind: 'long_history',
  summary: 'a long history appears at once',
  params: {
    count: { kind: 'integer', min: 1, max: 1_000_000, otherwise: 20_000, meaning: 'how many transactions' },
    days: DAYS,
  },
  act: ({ context, item, params, silent }) => ({
    changes: addHistory(context, item, {
      count: numberOf(params, 'count') ?? 20_000,
      days: numberOf(params, 'days') ?? item.pull?.daysRequested ?? 90,
      silent,
    }),
  }),
};

const partialHistory: IncidentKind = {
  kind: 'partial_history',
  summary:
    'the newest third of a long history appears and the Item is back at INITIAL_UPDATE_COMPLETE; the rest comes later',
  params: {
    count: {
      kind: 'integer',
      min: 3,
      max: 1_000_000,
      otherwise: 3000,
      meaning: 'how many transactions in all',
    },
    days: DAYS,
    delay: {
      kind: 'any',
      duration: true,
      otherwise: '30s',
      meaning: 'until the rest comes, on the virtual clock',
    },
  },
  act: ({ context, item, params, silent }) => {
    if (item.updateStatus !== 'HISTORICAL_UPDATE_COMPLETE')
      throw new ControlError(409, `item ${item.itemId} still waits for a part of its history`);
    const changes = addHistoryInParts(context, item, {
      count: numberOf(params, 'count') ?? 3000,
      days: numberOf(params, 'days') ?? item.pull?.daysRequested ?? 90,
      delayMs: numberOf(params, 'delay') ?? 30_000,
      silent,
    });
    return { changes };
  },
};

/** Incidents of an Item's transactions. */
export const TRANSACTION_KINDS: readonly IncidentKind[] = [
  splitPosting,
  addModifyRemove,
  removeAndReadd,
  postOtherAmount,
  postNullLink,
  postWrongLink,
  pendingVanishes,
  modifiedFlood,
  churn,
  refresh,
  longHistory,
  partialHistory,
];
