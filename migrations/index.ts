import type { Knex } from 'knex';
import * as tenancy from './20261123000001_tenancy.js';
import * as items from './20261123000002_items.js';
import * as transactions from './20261123000003_transactions.js';
import * as inbox from './20261123000004_inbox.js';
import * as rateBudgets from './20261123000005_rate_budgets.js';
import * as attentionAndInbox from './20261123000006_attention_and_inbox.js';
import * as relinks from './20261123000007_relinks.js';
import * as audits from './20261123000008_audits.js';
import * as relinkUpkeep from './20261123000009_relink_upkeep.js';
import * as shortenedBodies from './20261123000010_shortened_bodies.js';
import * as dashboard from './20261123000011_dashboard.js';
import * as sessions from './20261123000012_sessions.js';
import * as incompleteAudits from './20261123000013_incomplete_audits.js';
import * as erasedEndUsers from './20261123000014_erased_end_users.js';

export interface Migration {
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/**
 * In order. Named without a file extension, so that the compiled and the TypeScript form are one migration to Knex.
 * Immutable once merged: change the schema by a new one at the end.
 */
export const MIGRATIONS: Record<string, Migration> = {
  '20261123000001_tenancy': tenancy,
  '20261123000002_items': items,
  '20261123000003_transactions': transactions,
  '20261123000004_inbox': inbox,
  '20261123000005_rate_budgets': rateBudgets,
  '20261123000006_attention_and_inbox': attentionAndInbox,
  '20261123000007_relinks': relinks,
  '20261123000008_audits': audits,
  '20261123000009_relink_upkeep': relinkUpkeep,
  '20261123000010_shortened_bodies': shortenedBodies,
  '20261123000011_dashboard': dashboard,
  '20261123000012_sessions': sessions,
  '20261123000013_incomplete_audits': incompleteAudits,
  '20261123000014_erased_end_users': erasedEndUsers,
};
