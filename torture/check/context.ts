import type pg from 'pg';
import type { Client } from '@temporalio/client';
import type { Simulator } from '../driver/simulator.js';
import type { World } from '../driver/world.js';
import type { Journal } from '../journal.js';
import type { Ask } from '../http.js';
import type { Invariant, TortureOptions, Violation } from '../options.js';
import type { FeedReader } from '../readers/feed-reader.js';
import type { Receiver } from '../readers/receiver.js';
import type { WebhookRecord } from '../readers/webhook-record.js';
import type { SecretWatch } from '../secrets.js';
import type { Stack } from '../stack/stack.js';

/** What the checks look at, and where they write what they find. */
export interface CheckContext {
  options: TortureOptions;
  stack: Stack;
  simulator: Simulator;
  world: World;
  journal: Journal;
  ask: Ask;
  readers: readonly FeedReader[];
  receiver: Receiver;
  webhooks: WebhookRecord;
  secrets: SecretWatch;
  sql: Sql;
  temporal: Client;
  violations: Violation[];
  /** How much was compared, by what. */
  checked: Record<string, number>;
}

/** Straight to PostgreSQL, in a connection of its own for each question: connections do not outlive its kills. */
export type Sql = <R extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<R[]>;

export function violate(
  { violations, journal }: Pick<CheckContext, 'violations' | 'journal'>,
  invariant: Invariant,
  what: string,
  detail: string[] = [],
): void {
  violations.push({ invariant, what, detail });
  journal.note(`violation of ${invariant}`, what);
}

export const countChecked = ({ checked }: Pick<CheckContext, 'checked'>, what: string, by: number): void => {
  checked[what] = (checked[what] ?? 0) + by;
};
