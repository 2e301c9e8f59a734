import { isActive, pendingsOf } from '../bank/activity.js';
import { randomTransaction } from '../data/history.js';
import { ControlError } from '../control/control-error.js';
import { textOf, type ParamRule } from '../faults/params.js';
import { dateOf } from '../model/calendar.js';
import { snapshotOf, type Snapshot } from '../model/transaction.js';
import type { Change, Telling } from '../model/update-log.js';
import type { Incident } from './incident.js';

export const TRANSACTION_ID: ParamRule = {
  kind: 'string',
  meaning: 'which transaction; one drawn at random if absent',
};

export const removal = ({ transactionId, accountId }: Snapshot, telling: Telling = {}): Change => ({
  op: 'removed',
  transactionId,
  accountId,
  ...telling,
});

/** A transaction that has not happened yet. */
export const newRow = (
  { item, context, random }: Incident,
  { pending }: { pending: boolean } = { pending: false },
): Snapshot => snapshotOf(randomTransaction(item, dateOf(context.clock.now()), random, { pending }));

const named = ({ context, item, params }: Incident): Snapshot | null => {
  const id = textOf(params, 'transaction_id');
  if (id === null) return null;
  const row = context.store.logOf(item).current(id);
  if (row === null) throw new ControlError(400, `transaction_id ${id} does not exist`);
  return row;
};

/**
 * The pending transaction that is meant. When there is none, one is made that readers hear of on a page of its own, so
 * that what follows is not folded away for a reader who has not seen it.
 */
export const pendingRow = (incident: Incident, except?: Snapshot): { row: Snapshot; made: Change[] } => {
  const given = except === undefined ? named(incident) : null;
  if (given?.pending === false)
    throw new ControlError(409, `transaction_id ${given.transactionId} is not pending`);
  const there = pendingsOf(incident.context, incident.item).filter(
    ({ transactionId }) => transactionId !== except?.transactionId,
  );
  const row = given ?? (there.length > 0 ? incident.random.pick(there) : null);
  if (row !== null) return { row, made: [] };
  const snapshot = newRow(incident, { pending: true });
  return { row: snapshot, made: [{ op: 'added', snapshot, verbatim: true, endsPage: true }] };
};

/** Transactions to which something may still happen, in the order of their last change. */
export const activeRows = ({ context, item }: Incident): Snapshot[] =>
  context.store
    .logOf(item)
    .rows()
    .filter((row) => isActive(item, row));

/** The transaction that is meant, pending or not. @throws ControlError 409 when there is none */
export const anyRow = (incident: Incident): Snapshot => {
  const given = named(incident);
  if (given !== null) return given;
  const rows = activeRows(incident);
  if (rows.length === 0) throw new ControlError(409, `item ${incident.item.itemId} has no transactions`);
  return incident.random.pick(rows);
};
