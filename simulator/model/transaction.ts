import type { Transaction } from 'plaid';
import type { Wire } from './wire.js';

/** Everything of Plaid's transaction except the two fields that are kept apart (see {@link Snapshot}). */
export type TransactionDetails = Omit<Wire<Transaction>, 'amount' | 'original_description'>;

/** A transaction before it has been written down: the amount is an exact decimal, never a double. */
export interface TransactionDraft {
  amount: string;
  originalDescription: string | null;
  details: TransactionDetails;
}

/**
 * One state of one transaction, ready to be sent: `wire` is its JSON text without `original_description`, with the
 * amount first, so that pages are joined from strings and an amount beyond double precision stays exact.
 */
export interface Snapshot {
  readonly transactionId: string;
  readonly accountId: string;
  readonly pending: boolean;
  readonly date: string;
  readonly amount: string;
  readonly originalDescription: string | null;
  readonly wire: string;
}

/** Freezes a draft into the text that will be served. */
export const snapshotOf = ({ amount, originalDescription, details }: TransactionDraft): Snapshot => ({
  transactionId: details.transaction_id,
  accountId: details.account_id,
  pending: details.pending,
  date: details.date,
  amount,
  originalDescription,
  wire: `{"amount":${amount},${JSON.stringify(details).slice(1)}`,
});

/** The draft a snapshot was made of, to derive the next state from. */
export const draftOf = ({ amount, originalDescription, wire }: Snapshot): TransactionDraft => ({
  amount,
  originalDescription,
  details: JSON.parse(`{${wire.slice(`{"amount":${amount},`.length)}`) as TransactionDetails,
});

/** The transaction as JSON text; `original_description` only where the caller asked for it, as Plaid does. */
export const transactionJson = (snapshot: Snapshot, withOriginalDescription: boolean): string =>
  withOriginalDescription
    ? `${snapshot.wire.slice(0, -1)},"original_description":${JSON.stringify(snapshot.originalDescription)}}`
    : snapshot.wire;
