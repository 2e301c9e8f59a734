import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AGREEMENT,
  judgeRelink,
  matchAccounts,
  renumberedAccounts,
  type AccountAgreement,
  type AccountMatching,
  type ListedAccount,
  type RelinkAccount,
} from '../../../src/domain/relink.js';

const account = (id: string, over: Partial<RelinkAccount> = {}): RelinkAccount => ({
  id,
  persistentAccountId: null,
  mask: '0000',
  name: 'Checking',
  type: 'depository',
  subtype: 'checking',
  open: true,
  ...over,
});

describe('accounts of one Item that are listed under other ids', () => {
  const listed = (
    id: string,
    [from, to]: [number, number],
    over: Partial<RelinkAccount> = {},
  ): ListedAccount => ({
    ...account(id, over),
    accountId: id,
    firstListedAt: new Date(from),
    lastListedAt: new Date(to),
  });
  const closed = { open: false };
  const became = (...accounts: ListedAccount[]) => Object.fromEntries(renumberedAccounts(accounts));

  it('are known by their description when one came after the other had gone', () => {
    expect(became(listed('a', [1, 2], closed), listed('b', [3, 4], closed), listed('c', [5, 6]))).toEqual({
      a: 'c',
      b: 'c',
    });
  });

  it('are others when both were listed at a time', () => {
    expect(became(listed('a', [1, 3], closed), listed('b', [3, 6]))).toEqual({});
  });

  it('are known by their persistent id even so', () => {
    const same = { persistentAccountId: 'p', name: null };
    expect(became(listed('a', [1, 3], { ...same, ...closed }), listed('b', [3, 6], same))).toEqual({
      a: 'b',
    });
  });

  it('are left alone when it could be one or the other', () => {
    expect(became(listed('a', [1, 2], closed), listed('b', [3, 6]), listed('c', [3, 6]))).toEqual({});
    expect(became(listed('a', [1, 2], closed), listed('b', [1, 2], closed), listed('c', [3, 6]))).toEqual({});
  });
});

describe('accounts of two Items', () => {
  it('match by mask, name and type, whatever their case', () => {
    expect(matchAccounts([account('o')], [account('n', { name: ' CHECKING ' })])).toEqual({
      matches: [{ oldId: 'o', newId: 'n', by: 'description' }],
      ambiguous: [],
      missing: [],
    });
  });

  it.each<[string, Partial<RelinkAccount>]>([
    ['another mask', { mask: '1111' }],
    ['another name', { name: 'Saving' }],
    ['another type', { type: 'credit' }],
    ['another subtype', { subtype: 'savings' }],
    ['no mask', { mask: null }],
    ['no name', { name: null }],
    ['an account that is closed', { open: false }],
  ])('do not with %s', (_, over) => {
    expect(matchAccounts([account('o')], [account('n', over)])).toEqual({
      matches: [],
      ambiguous: [],
      missing: ['o'],
    });
  });

  it('match by persistent_account_id, and then nothing else counts', () => {
    const news = [
      account('n', { persistentAccountId: 'p', name: 'Renamed', mask: null }),
      account('alike', { persistentAccountId: 'q' }),
    ];
    expect(matchAccounts([account('o', { persistentAccountId: 'p' })], news).matches).toEqual([
      { oldId: 'o', newId: 'n', by: 'persistent_account_id' },
    ]);
    expect(matchAccounts([account('o', { persistentAccountId: 'other' })], news)).toMatchObject({
      matches: [],
      missing: ['o'],
    });
  });

  it('match by their description where only one of them has a persistent id', () => {
    expect(matchAccounts([account('o')], [account('n', { persistentAccountId: 'p' })]).matches).toHaveLength(
      1,
    );
  });

  it('are ambiguous when two are alike, on either side', () => {
    expect(matchAccounts([account('o')], [account('n'), account('m')])).toMatchObject({
      matches: [],
      ambiguous: ['o'],
    });
    expect(matchAccounts([account('o'), account('p')], [account('n')])).toMatchObject({
      matches: [],
      ambiguous: ['o', 'p'],
    });
  });

  it('of which the old Item has closed one: it is no rival, and nobody misses it', () => {
    expect(matchAccounts([account('gone', { open: false }), account('o')], [account('n')])).toEqual({
      matches: [{ oldId: 'o', newId: 'n', by: 'description' }],
      ambiguous: [],
      missing: [],
    });
    expect(matchAccounts([account('gone', { open: false })], [account('n')]).matches).toHaveLength(1);
  });

  const some = fc.uniqueArray(
    fc.record<RelinkAccount>({
      id: fc.uuid(),
      persistentAccountId: fc.constantFrom(null, null, 'p', 'q'),
      mask: fc.constantFrom(null, '0', '1'),
      name: fc.constantFrom('a', 'b'),
      type: fc.constant('depository'),
      subtype: fc.constantFrom(null, 's'),
      open: fc.boolean(),
    }),
    { selector: (each) => each.id, maxLength: 6 },
  );

  it('are matched one to one, whatever their order, and each open one has its place', () => {
    fc.assert(
      fc.property(some, some, (older, newer) => {
        const { matches, ambiguous, missing } = matchAccounts(older, newer);
        const olds = matches.map((match) => match.oldId);
        const news = matches.map((match) => match.newId);
        expect(new Set(olds).size).toBe(olds.length);
        expect(new Set(news).size).toBe(news.length);
        const open = older.filter((each) => each.open).map(({ id }) => id);
        const placed = [...olds.filter((id) => open.includes(id)), ...ambiguous, ...missing];
        expect(placed.sort()).toEqual(open.sort());
        for (const { oldId, newId } of matches) {
          const [o, n] = [older.find(({ id }) => id === oldId), newer.find(({ id }) => id === newId)];
          if (o?.persistentAccountId != null && n?.persistentAccountId != null)
            expect(o.persistentAccountId).toBe(n.persistentAccountId);
        }
        const turned = matchAccounts([...older].reverse(), [...newer].reverse());
        const asSet = (each: AccountMatching) => each.matches.map(({ oldId, newId }) => oldId + newId).sort();
        expect(asSet(turned)).toEqual(asSet({ matches, ambiguous, missing }));
      }),
    );
  });
});

const matching = (over: Partial<AccountMatching> = {}): AccountMatching => ({
  matches: [{ oldId: 'o', newId: 'n', by: 'description' }],
  ambiguous: [],
  missing: [],
  ...over,
});
const agreement = (
  expected: number,
  agreed: number,
  newExpected = agreed,
  newAgreed = newExpected,
): AccountAgreement => ({ expected, agreed, newExpected, newAgreed });
const persistent = matching({ matches: [{ oldId: 'o', newId: 'n', by: 'persistent_account_id' }] });

describe('the verdict on two Items', () => {
  it.each<[string, AccountMatching, AccountAgreement[], string, string]>([
    ['all rows agree', matching(), [agreement(50, 50)], 'supersede', 'agrees'],
    ['nine of ten agree', matching(), [agreement(50, 45)], 'supersede', 'agrees'],
    ['fewer agree', matching(), [agreement(50, 44)], 'doubtful', 'rows_differ'],
    ['the new Item has others too', matching(), [agreement(50, 50, 60, 50)], 'doubtful', 'rows_differ'],
    [
      'one account of two disagrees',
      matching(),
      [agreement(95, 95), agreement(5, 1)],
      'doubtful',
      'rows_differ',
    ],
    ['one silent account of two', matching(), [agreement(95, 95), agreement(0, 0)], 'supersede', 'agrees'],
    ['there are too few rows', matching(), [agreement(2, 2)], 'doubtful', 'few_rows'],
    ['one row is enough with a persistent id', persistent, [agreement(1, 1)], 'supersede', 'agrees'],
    ['no row is not', persistent, [agreement(0, 0)], 'doubtful', 'few_rows'],
    [
      'an account is missing',
      matching({ missing: ['x'] }),
      [agreement(50, 50)],
      'doubtful',
      'accounts_missing',
    ],
    [
      'an account is ambiguous',
      matching({ ambiguous: ['x'] }),
      [agreement(50, 50)],
      'doubtful',
      'accounts_ambiguous',
    ],
    ['no account is common', matching({ matches: [] }), [], 'none', 'no_common_account'],
    ['accounts only look alike', matching(), [agreement(50, 5)], 'none', 'other_rows'],
    ['the same accounts with other rows', persistent, [agreement(50, 5)], 'doubtful', 'rows_differ'],
  ])('when %s', (_, accounts, agreements, kind, reason) => {
    expect(judgeRelink(accounts, agreements)).toEqual({ kind, reason });
  });

  const counts = fc
    .record({ expected: fc.nat(40), newExpected: fc.nat(40) })
    .chain(({ expected, newExpected }) =>
      fc.record<AccountAgreement>({
        expected: fc.constant(expected),
        agreed: fc.nat(expected),
        newExpected: fc.constant(newExpected),
        newAgreed: fc.nat(newExpected),
      }),
    );
  const anyMatching = fc.record<AccountMatching>({
    matches: fc.constantFrom(matching().matches, persistent.matches, []),
    ambiguous: fc.constantFrom([], [], ['x']),
    missing: fc.constantFrom([], [], ['y']),
  });

  it('never merges on a doubtful match', () => {
    fc.assert(
      fc.property(anyMatching, fc.array(counts, { minLength: 1, maxLength: 3 }), (accounts, agreements) => {
        if (judgeRelink(accounts, agreements).kind !== 'supersede') return;
        expect([accounts.ambiguous, accounts.missing]).toEqual([[], []]);
        const sum = (field: keyof AccountAgreement) => agreements.reduce((n, each) => n + each[field], 0);
        expect(sum('agreed')).toBeGreaterThan(0);
        expect(sum('agreed')).toBeGreaterThanOrEqual(AGREEMENT.least * sum('expected'));
        expect(sum('newAgreed')).toBeGreaterThanOrEqual(AGREEMENT.least * sum('newExpected'));
      }),
    );
  });

  it('does not get worse with a row more that agrees', () => {
    const rank = { none: 0, doubtful: 1, supersede: 2 };
    fc.assert(
      fc.property(anyMatching, counts, (accounts, each) => {
        const more = {
          expected: each.expected + 1,
          agreed: each.agreed + 1,
          newExpected: each.newExpected + 1,
          newAgreed: each.newAgreed + 1,
        };
        const [before, after] = [judgeRelink(accounts, [each]), judgeRelink(accounts, [more])];
        // Ten rows that differ say more than nine: only there one more may turn a doubt into a no.
        if (before.kind === 'doubtful' && after.reason === 'other_rows')
          expect(more.expected).toBe(AGREEMENT.differentRows);
        else expect(rank[after.kind]).toBeGreaterThanOrEqual(rank[before.kind]);
      }),
    );
  });
});
