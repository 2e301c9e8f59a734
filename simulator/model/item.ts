import type { AccountBase, Products, TransactionsUpdateStatus } from 'plaid';
import type { Wire } from './wire.js';

export type Account = Wire<AccountBase>;
export type Product = Wire<Products>;
export type UpdateStatus = Wire<TransactionsUpdateStatus>;

/** Why an Item does not work, by Plaid's error code. */
export interface ItemFailure {
  code: string;
  reason: string | null;
}

/** A transaction that a custom user's configuration gives, dates relative to nothing: as Plaid documents them. */
export interface CustomTransaction {
  accountIndex: number;
  dateTransacted: string;
  datePosted: string;
  amount: string;
  description: string;
  currency: string;
}

/** One Item. Plain data: this object is what is written to the journal. Instants are milliseconds of the virtual clock. */
export interface Item {
  itemId: string;
  clientId: string;
  /** Null until the public token has been exchanged. */
  accessToken: string | null;
  institutionId: string;
  username: string;
  products: Product[];
  webhook: string | null;
  createdAt: number;
  accounts: Account[];
  /** Null: Transactions was not asked for yet, the first sync starts the pull. */
  pull: { daysRequested: number; initialAt: number; historicalAt: number } | null;
  updateStatus: UpdateStatus;
  /** True after the first /transactions/sync: only then SYNC_UPDATES_AVAILABLE is sent. */
  armed: boolean;
  failure: ItemFailure | null;
  /** Changes since the Item broke, that no webhook has told of. */
  missedUpdates: number;
  removedAt: number | null;
  /** When the login breaks by itself; null for never. */
  loginExpiresAt: number | null;
  lastWebhook: { sentAt: number; code: string } | null;
  lastSuccessfulUpdate: number | null;
  lastFailedUpdate: number | null;
  /** Transactions of a `user_custom` configuration; null for users whose data is generated. */
  custom: CustomTransaction[] | null;
  /** How many transactions the two pulls bring together; null for the user's own number. */
  historySize: number | null;
  /** Of the amounts drawn at random a quarter has up to seven decimals; else all are in cents. */
  longAmounts?: boolean;
  /** Older history that is still to come, in place of the second pull. */
  laterHistory?: { at: number; count: number; days: number } | null;
  /** Accounts that the user or the bank has taken away; their rows stay in the log. */
  revokedAccounts?: Account[];
  /** The Item that this one was linked again from, and which of its accounts are which here. */
  copyOf?: { itemId: string; accounts: Record<string, string>; newest: number | null };
}

export interface PublicToken {
  publicToken: string;
  itemId: string;
  clientId: string;
  expiresAt: number;
  exchanged: boolean;
}
