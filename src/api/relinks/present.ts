import type { z } from 'zod';
import type { RelinkAccountRow, RelinkExampleRow, RelinkRow } from '../../db/queries/relink-reads.js';
import { toPublicId } from '../../domain/ids.js';
import { exactNumber } from '../json/exact-json.js';
import type { relink } from './schema.js';

type Relink = z.input<typeof relink>;
type Account = Relink['evidence']['new_accounts'][number];

const presentAccount = ({ account_id, name, mask, type }: RelinkAccountRow): Account => ({
  account_id,
  name,
  mask,
  type,
});

const presentExample = (row: RelinkExampleRow): Relink['evidence']['only_in_old'][number] => ({
  heron_id: toPublicId('transaction', row.id),
  reference_id: row.reference_id,
  account_id: row.account_id,
  date: row.date,
  amount: exactNumber(row.amount),
  description: row.description,
});

function presentEvidence({
  evidence,
  accounts,
  examples,
  new_item_id,
}: RelinkRow): z.input<typeof relink>['evidence'] {
  const byId = new Map(accounts.map((row) => [row.id, row]));
  const present = (id: string): Account[] => {
    const row = byId.get(id);
    return row ? [presentAccount(row)] : [];
  };
  const matched = new Set(evidence.accounts.map((match) => match.new_id));
  const examplesOf = (ids: readonly string[]) =>
    examples.filter((row) => ids.includes(row.id)).map(presentExample);
  return {
    accounts: evidence.accounts.flatMap(({ old_id, new_id, by }) =>
      present(old_id).flatMap((old_account) =>
        present(new_id).map((new_account) => ({ old_account, new_account, matched_by: by })),
      ),
    ),
    missing_accounts: evidence.missing_accounts.flatMap(present),
    ambiguous_accounts: evidence.ambiguous_accounts.flatMap(present),
    new_accounts: accounts
      .filter((row) => row.item_id === new_item_id && row.open && !matched.has(row.id))
      .map(presentAccount),
    expected: evidence.expected,
    agreed: evidence.agreed,
    new_expected: evidence.new_expected,
    new_agreed: evidence.new_agreed,
    only_in_old: examplesOf(evidence.only_old),
    only_in_new: examplesOf(evidence.only_new),
    history: evidence.history,
  };
}

export function presentRelink(row: RelinkRow): Relink {
  return {
    heron_id: toPublicId('relink', row.id),
    status: row.status,
    reason: row.reason,
    decided_by: row.decided_by,
    end_user_id: row.end_user_id,
    institution: { institution_id: row.institution_id, name: row.institution_name },
    old_item_id: row.old_plaid_item_id,
    new_item_id: row.new_plaid_item_id,
    old_integration_heron_id: toPublicId('integration', row.old_integration_id),
    new_integration_heron_id: toPublicId('integration', row.new_integration_id),
    hidden_transactions: row.hidden,
    evidence: presentEvidence(row),
    created: row.created_at.toISOString(),
    last_updated: row.updated_at.toISOString(),
  };
}
