/**
 * Relinks: whether a new Item shows the same accounts as an older one of the same end user, environment and institution.
 * Pure rules; docs/adr/0010 has their reasons. A wrong yes hides rows, a wrong no shows them twice: where it is not clear
 * the answer is `doubtful`, and a person decides.
 */

/** An account as far as it tells who it is. */
export interface RelinkAccount {
  id: string;
  persistentAccountId: string | null;
  mask: string | null;
  name: string | null;
  type: string | null;
  subtype: string | null;
  /** Still listed by its Item. */
  open: boolean;
}

export interface AccountMatch {
  oldId: string;
  newId: string;
  by: 'persistent_account_id' | 'description';
}

/** Ids of accounts; `ambiguous` and `missing` are of the old Item, and open. */
export interface AccountMatching {
  matches: AccountMatch[];
  /** Fits several, or shares with another the one that it fits. */
  ambiguous: string[];
  /** The new Item has nothing like it. */
  missing: string[];
}

const same = (a: string | null, b: string | null): boolean =>
  a !== null && b !== null && a.trim().toLowerCase() === b.trim().toLowerCase();

/** How two accounts are one; null when they are not. Two persistent ids decide alone, whatever else is equal. */
function fit(one: RelinkAccount, other: RelinkAccount): AccountMatch['by'] | null {
  if (one.persistentAccountId !== null && other.persistentAccountId !== null)
    return one.persistentAccountId === other.persistentAccountId ? 'persistent_account_id' : null;
  const isSame =
    same(one.mask, other.mask) &&
    same(one.name, other.name) &&
    same(one.type, other.type) &&
    (one.subtype === other.subtype || same(one.subtype, other.subtype));
  return isSame ? 'description' : null;
}

/**
 * Pairs up accounts that fit each other and nothing else: open ones first, and those with a persistent id before the
 * others. An account that the old Item has closed may be left over; an account that the new Item has closed fits nothing.
 */
export function matchAccounts(
  older: readonly RelinkAccount[],
  newer: readonly RelinkAccount[],
): AccountMatching {
  const result: AccountMatching = { matches: [], ambiguous: [], missing: [] };
  let news = newer.filter((account) => account.open);
  for (const open of [true, false]) {
    let olds = older.filter((account) => account.open === open);
    for (const by of ['persistent_account_id', 'description'] as const) {
      const { matches, ambiguous } = matchBy(by, olds, news);
      result.matches.push(...matches);
      if (open) result.ambiguous.push(...ambiguous);
      const done = new Set([...matches.flatMap((match) => [match.oldId, match.newId]), ...ambiguous]);
      olds = olds.filter((account) => !done.has(account.id));
      news = news.filter((account) => !done.has(account.id));
    }
    if (open) result.missing.push(...olds.map((account) => account.id));
  }
  return result;
}

function matchBy(
  by: AccountMatch['by'],
  olds: readonly RelinkAccount[],
  news: readonly RelinkAccount[],
): Pick<AccountMatching, 'matches' | 'ambiguous'> {
  const matches: AccountMatch[] = [];
  const ambiguous: string[] = [];
  for (const old of olds) {
    const [only, ...others] = news.filter((candidate) => fit(old, candidate) === by);
    if (!only) continue;
    const isAlone = others.length === 0 && olds.every((rival) => rival === old || fit(rival, only) !== by);
    if (isAlone) matches.push({ oldId: old.id, newId: only.id, by });
    else ambiguous.push(old.id);
  }
  return { matches, ambiguous };
}

/** An account of one Item, and when Plaid listed it. */
export interface ListedAccount extends RelinkAccount {
  /** Of Plaid. */
  accountId: string;
  firstListedAt: Date;
  lastListedAt: Date;
}

const coexisted = (one: ListedAccount, other: ListedAccount): boolean =>
  one.firstListedAt <= other.lastListedAt && other.firstListedAt <= one.lastListedAt;

/**
 * Accounts of one Item that go on under another account_id, as banks and Plaid renumber them: closed ones, each with the open
 * one that it has become. Persistent ids tell alone; otherwise the description, if the two were never listed together and
 * nothing else fits.
 */
export function renumberedAccounts(accounts: readonly ListedAccount[]): Map<string, string> {
  const closed = accounts.filter(({ open }) => !open);
  const open = accounts.filter((account) => account.open);
  const fits = (old: ListedAccount, now: ListedAccount): boolean => {
    const by = fit(old, now);
    return by === 'persistent_account_id' || (by === 'description' && !coexisted(old, now));
  };
  const became = new Map<string, string>();
  for (const old of closed) {
    const [only, ...others] = open.filter((now) => fits(old, now));
    if (!only || others.length > 0) continue;
    const hasRival = closed.some((rival) => rival !== old && fits(rival, only) && coexisted(rival, old));
    if (!hasRival) became.set(old.accountId, only.accountId);
  }
  return became;
}

/** How well the posted rows of a matched account agree where both Items have history. */
export interface AccountAgreement {
  /** Rows of the old Item from the new one's oldest date on, and how many of them the new one has. */
  expected: number;
  agreed: number;
  /** Rows of the new Item within the days that the old one had seen whole, and how many of them the old one has. */
  newExpected: number;
  newAgreed: number;
}

/** What "well" is, as shares of rows. Measured in docs/adr/0010. */
export const AGREEMENT = {
  /** Over all accounts, both ways. */
  least: 0.9,
  /** Of each account with at least `accountRows` rows to judge by. */
  leastOfAccount: 0.8,
  accountRows: 5,
  /** Rows that must agree at all; one is enough where every account was matched by its persistent id. */
  rows: 3,
  /** At most this share of at least `differentRows` rows: accounts that only look alike. */
  different: 0.2,
  differentRows: 10,
} as const;

export const RELINK_REASONS = [
  'agrees',
  'no_common_account',
  'other_rows',
  'accounts_missing',
  'accounts_ambiguous',
  'few_rows',
  'rows_differ',
] as const;
export type RelinkReason = (typeof RELINK_REASONS)[number];

export interface RelinkVerdict {
  /** `none`: not a relink. `doubtful`: nothing is hidden, an operator decides. */
  kind: 'supersede' | 'doubtful' | 'none';
  reason: RelinkReason;
}

const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);

/** Decides about a pair of Items; `agreements` has one entry per matched account. */
export function judgeRelink(
  { matches, ambiguous, missing }: AccountMatching,
  agreements: readonly AccountAgreement[],
): RelinkVerdict {
  if (matches.length === 0 && ambiguous.length === 0) return { kind: 'none', reason: 'no_common_account' };
  const sum = (field: keyof AccountAgreement): number => agreements.reduce((n, each) => n + each[field], 0);
  const [expected, agreed] = [sum('expected'), sum('agreed')];
  const isPersistent = matches.every((match) => match.by === 'persistent_account_id');
  if (
    matches.length > 0 &&
    !isPersistent &&
    expected >= AGREEMENT.differentRows &&
    share(agreed, expected) <= AGREEMENT.different
  )
    return { kind: 'none', reason: 'other_rows' };
  if (ambiguous.length > 0) return { kind: 'doubtful', reason: 'accounts_ambiguous' };
  if (missing.length > 0) return { kind: 'doubtful', reason: 'accounts_missing' };
  if (agreed < (isPersistent ? 1 : AGREEMENT.rows)) return { kind: 'doubtful', reason: 'few_rows' };
  const agrees =
    share(agreed, expected) >= AGREEMENT.least &&
    share(sum('newAgreed'), sum('newExpected')) >= AGREEMENT.least &&
    agreements.every(
      (each) =>
        each.expected < AGREEMENT.accountRows ||
        share(each.agreed, each.expected) >= AGREEMENT.leastOfAccount,
    );
  return agrees ? { kind: 'supersede', reason: 'agrees' } : { kind: 'doubtful', reason: 'rows_differ' };
}
