import { describe, expect, it } from 'vitest';
import type { Transaction } from '../../local/demo/ardea-api.js';
import { expectSpending } from '../../local/demo/expectations.js';
import { withoutSecrets } from '../../local/demo/printed-http.js';

const row = (id: string, fields: Partial<Transaction> = {}): Transaction => ({
  heron_id: `txn_${id}`,
  reference_id: id,
  amount: -5,
  description: id,
  date: '2026-01-01',
  pending: false,
  pending_reference_id: null,
  ...fields,
});

const KNOWN = new Map(
  [row('old'), row('pending', { pending: true })].map((known) => [known.heron_id, known]),
);

describe('what the demo waits for', () => {
  it('is complete once purchase, changed amount and replaced pending row have arrived', () => {
    const progress = expectSpending(KNOWN, ['beans']);
    expect(progress.missing()).toHaveLength(3);
    progress.apply([{ op: 'upsert', transaction: row('new', { description: 'beans' }) }]);
    progress.apply([{ op: 'upsert', transaction: row('old', { amount: '-6.00' }) }]);
    expect(progress.missing()).toEqual(['a removed pending row and the posted row that replaces it']);
    progress.apply([{ op: 'delete', transaction: { heron_id: 'txn_pending' } }]);
    expect(progress.missing()).toHaveLength(1);
    progress.apply([{ op: 'upsert', transaction: row('posted', { pending_reference_id: 'pending' }) }]);
    expect(progress.missing()).toEqual([]);
  });

  it('is not satisfied by a repeat of a row or by the removal of a posted one', () => {
    const progress = expectSpending(KNOWN, ['old']);
    progress.apply([
      { op: 'upsert', transaction: row('old', { amount: '-5.00' }) },
      { op: 'delete', transaction: { heron_id: 'txn_old' } },
      { op: 'upsert', transaction: row('other', { pending_reference_id: 'old' }) },
    ]);
    expect(progress.missing()).toHaveLength(3);
  });
});

describe('what the demo prints', () => {
  it('holds no whole key or token', () => {
    const text = withoutSecrets(
      `x-api-key: key_${'0123456789abcdef'.repeat(3)}, access-sandbox-11112222-3333`,
    );
    expect(text).toBe('x-api-key: key_0123…, access-sandbox-1111…');
  });
});
