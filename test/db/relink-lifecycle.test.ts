import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createItemRemovalQueries } from '../../src/db/queries/item-removal.js';
import { createSweepQueries } from '../../src/db/queries/sweep.js';
import { plaidFailure, row } from '../support/scripted-plaid.js';
import {
  bankAccount,
  onlyRelink,
  useRelinkWorld,
  days,
  type BankItem,
  type RelinkWorld,
  type Row,
} from '../support/relinks.js';
import { generationsOf, storedItem } from '../support/stored.js';
import { idsOf as owedIds } from '../support/owned-rows.js';

let world: RelinkWorld;
useRelinkWorld((made) => (world = made));

const idsOf = (rows: Row[]) => rows.map((each) => String(each['transaction_id'])).sort();
const item = (prefix: string, rows = days(prefix, 20)): BankItem =>
  world.item(rows, { accounts: [bankAccount(`${prefix}-a`)] });
const only = () => onlyRelink(world);
const remove = (itemId: string, erase: boolean, more: { keepToken?: boolean } = {}) =>
  createItemRemovalQueries({ db: world.engine.db, signalStaleAfterMs: 15_000 }).remove(
    world.engine.organizationId,
    itemId,
    { removedAtPlaid: false, erase, ...more },
  );

/** An old Item of 30 days, superseded by a new one of 20. */
const superseded = async (): Promise<{ older: BankItem; newer: BankItem }> => {
  const [older, newer] = [item('o', days('o', 30)), item('n')];
  await world.sync(older);
  await world.sync(newer);
  expect(await only()).toMatchObject({ status: 'superseded' });
  return { older, newer };
};
const MERGED = idsOf([...days('n', 20), ...days('o', 30).slice(20)]);
const BOTH = idsOf([...days('n', 20), ...days('o', 30)]);

describe('a superseded Item', () => {
  it('rests: webhooks to it are consumed, Plaid is not asked, its link says why', async () => {
    const { older, newer } = await superseded();
    older.plaid.calls.length = 0;
    await world.engine.links.requestSync(older.id);
    expect(await world.engine.look(older.id)).toMatchObject({
      kind: 'paused',
      status: 'sync_disabled',
      wakeAt: null,
      detail: `[SUPERSEDED] The same accounts were linked again as Item ${newer.plaidItemId}, for which this one rests.`,
    });
    expect(older.plaid.calls).toEqual([]);
    const { dirty, synced } = await generationsOf(world.engine, older.id);
    expect(synced).toBe(dirty);
    const { organizationId, integrationId } = world.engine;
    expect(await world.engine.links.find(organizationId, integrationId, older.plaidItemId)).toMatchObject({
      superseded_by_item_id: newer.plaidItemId,
      next_sync_at: null,
    });
    expect(await world.engine.links.find(organizationId, integrationId, newer.plaidItemId)).toMatchObject({
      supersedes_item_id: older.plaidItemId,
    });
  });

  it('has its workflow told once, by the sweep', async () => {
    const { older } = await superseded();
    const sweeps = createSweepQueries({ db: world.engine.db, signalStaleAfterMs: 60_000 });
    await world.engine
      .db('item_sync')
      .update({ signalled_at: world.engine.db.raw(`now() - interval '1 hour'`) });
    await world.engine
      .db('items')
      .where({ id: older.id })
      .update({ superseded_at: world.engine.db.raw(`now() - interval '1 minute'`) });
    expect(await owedIds(sweeps.takeOwed(100))).toContain(older.id);
    await world.engine.look(older.id);
    await world.engine
      .db('item_sync')
      .update({ signalled_at: world.engine.db.raw(`now() - interval '30 seconds'`) });
    expect(await owedIds(sweeps.takeOwed(100))).not.toContain(older.id);
  });

  it('brings nothing back by a sync that began before', async () => {
    const [older, newer] = [item('o', days('o', 30)), item('n')];
    await world.sync(older);
    older.add(row('o-late', { account_id: 'o-a', date: '2026-11-21' }));
    const answer = older.plaid.sync;
    older.plaid.sync = async (cursor, token) => {
      older.plaid.sync = answer;
      // While its answer is on the way, the new Item is linked and synced.
      await world.sync(newer);
      return answer(cursor, token);
    };
    await world.engine.links.requestSync(older.id);
    expect(await world.engine.look(older.id)).toMatchObject({ kind: 'superseded' });
    expect(await world.engine.look(older.id)).toMatchObject({ kind: 'paused' });
    expect(await world.visible()).toEqual(MERGED);
  });

  it('is not linked again unless the relink is reverted', async () => {
    const { older } = await superseded();
    expect(await world.link(older)).toBe('superseded');
    expect(await world.visible()).toEqual(MERGED);
    await world.decisions.revert(world.engine.organizationId, (await only()).id, true);
    expect(await world.link(older)).toBe('linked');
  });
});

describe('the new Item', () => {
  it('is read anew: nothing comes back, nothing is there twice', async () => {
    const { newer } = await superseded();
    const answer = newer.plaid.sync;
    let refused = false;
    newer.plaid.sync = (cursor, token) => {
      if (cursor === null || refused) return answer(cursor, token);
      refused = true;
      throw plaidFailure('INVALID_FIELD', {
        errorType: 'INVALID_REQUEST',
        message: 'cursor not associated with access_token',
      });
    };
    newer.remove('n-2026-11-20');
    newer.add(
      row('n-again', { account_id: 'n-a', date: '2026-11-20', name: 'Shop 2026-11-20', amount: 0.5 }),
    );
    await world.resync(newer);
    expect(refused).toBe(true);
    expect(await world.visible()).toEqual(
      MERGED.map((id) => (id === 'n-2026-11-20' ? 'n-again' : id)).sort(),
    );
  });

  it('loses a row: its duplicate does not come back', async () => {
    const { newer } = await superseded();
    newer.remove('n-2026-11-20');
    await world.resync(newer);
    expect(await world.visible()).toEqual(MERGED.filter((id) => id !== 'n-2026-11-20'));
  });

  it('is superseded in its turn, and everything is shown once', async () => {
    const { older, newer } = await superseded();
    const third = item('m', days('m', 25));
    await world.sync(third);
    const once = idsOf([...days('m', 25), ...days('o', 30).slice(25)]);
    expect(await world.visible()).toEqual(once);
    const relinks = await world.relinks();
    expect(relinks.map((each) => [each.old_item_id, each.new_item_id, each.status])).toEqual(
      expect.arrayContaining([
        [older.id, newer.id, 'superseded'],
        [newer.id, third.id, 'superseded'],
        [older.id, third.id, 'superseded'],
      ]),
    );
    expect(await world.engine.look(newer.id)).toMatchObject({ kind: 'paused', status: 'sync_disabled' });
    // Taken back in the middle: the first Item is still hidden, by the third.
    const first = relinks.find((each) => each.old_item_id === older.id && each.new_item_id === newer.id)!;
    await world.decisions.revert(world.engine.organizationId, first.id, true);
    expect(await world.visible()).toEqual(once);
    expect(await world.engine.look(older.id)).toMatchObject({ kind: 'paused' });
    // The one in the middle is erased: nothing of it was shown.
    await remove(newer.id, true);
    expect(await world.visible()).toEqual(once);
  });

  it('comes twice at once: one of them stays', async () => {
    const older = item('o', days('o', 30));
    const [one, other] = [item('n'), item('m')];
    await world.sync(older);
    await world.link(one);
    await world.link(other);
    await Promise.all([world.engine.settle(one.id), world.engine.settle(other.id)]);
    expect(await world.visible()).toEqual(idsOf([...days('m', 20), ...days('o', 30).slice(20)]));
    expect((await world.relinks()).every((each) => each.status === 'superseded')).toBe(true);
  });

  it('supersedes nothing while it is not synced', async () => {
    const [older, newer] = [item('o'), item('n')];
    await world.sync(older);
    await world.link(newer);
    const answer = newer.plaid.sync;
    newer.plaid.sync = () => {
      throw plaidFailure('ITEM_LOGIN_REQUIRED', { errorType: 'ITEM_ERROR' });
    };
    expect(await world.engine.settle(newer.id)).toMatchObject({ kind: 'paused', status: 'erroring' });
    await world.resync(older);
    expect(await world.relinks()).toEqual([]);
    newer.plaid.sync = answer;
    await world.resync(newer);
    expect(await only()).toMatchObject({ status: 'superseded' });
  });
});

describe('a relink reverted', () => {
  it('shows everything again, lets the old Item sync, and is not made again by itself', async () => {
    const { older, newer } = await superseded();
    const outcome = await world.decisions.revert(world.engine.organizationId, (await only()).id, true);
    expect(outcome).toEqual({ kind: 'decided', signal: older.id });
    expect(await world.visible()).toEqual(BOTH);
    older.add(row('o-new', { account_id: 'o-a', date: '2026-11-22' }));
    newer.add(row('n-new', { account_id: 'n-a', date: '2026-11-22' }));
    await world.resync(older);
    await world.resync(newer);
    expect(await world.visible()).toEqual([...BOTH, 'n-new', 'o-new'].sort());
    expect(await only()).toMatchObject({ status: 'reverted', decided_by: 'operator', hidden: 0 });
    // And accepted after all.
    await world.decisions.accept(world.engine.organizationId, (await only()).id, []);
    expect(await world.visible()).toEqual([...MERGED, 'n-new'].sort());
    expect(await world.engine.look(older.id)).toMatchObject({ kind: 'paused' });
  });

  it('leaves the old Item paused if it is not to be synced, with its pendings restored', async () => {
    const [older, newer] = [
      item('o', [...days('o', 20), row('o-gone', { account_id: 'o-a', date: '2026-11-20', pending: true })]),
      item('n'),
    ];
    await world.sync(older);
    await world.sync(newer);
    expect(await world.visible()).toEqual(idsOf(days('n', 20)));
    await world.decisions.revert(world.engine.organizationId, (await only()).id, false);
    expect(await world.visible()).toContain('o-gone');
    expect(await storedItem(world.engine, older.id)).toMatchObject({
      desired_state: 'paused',
      next_sync_at: null,
    });
  });

  it('is decided once', async () => {
    await superseded();
    const { id } = await only();
    const { organizationId } = world.engine;
    expect(await world.decisions.accept(organizationId, id, [])).toEqual({
      kind: 'not_decidable',
      status: 'superseded',
    });
    expect(await world.decisions.reject(organizationId, id)).toEqual({
      kind: 'not_decidable',
      status: 'superseded',
    });
    const both = await Promise.all([
      world.decisions.revert(organizationId, id, true),
      world.decisions.revert(organizationId, id, true),
    ]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(['decided', 'not_decidable']);
    expect(await world.decisions.revert(randomUUID(), id, true)).toEqual({ kind: 'not_found' });
  });
});

describe('a doubtful relink', () => {
  const doubtful = async () => {
    const older = world.item(days('o', 20), { accounts: [bankAccount('o-a')] });
    const newer = world.item(days('n', 20), { accounts: [bankAccount('n-a'), bankAccount('n-b')] });
    await world.sync(older);
    await world.sync(newer);
    const relink = await only();
    expect(relink).toMatchObject({ status: 'doubtful', reason: 'accounts_ambiguous' });
    const rowOf = (accountId: string) => relink.accounts.find((each) => each.account_id === accountId)!.id;
    return { older, newer, relink, rowOf };
  };

  it('is accepted with the accounts that the operator names', async () => {
    const { newer, relink, rowOf } = await doubtful();
    const stated = [{ oldId: rowOf('o-a'), newId: rowOf('n-a') }];
    expect(await world.decisions.accept(world.engine.organizationId, relink.id, stated)).toMatchObject({
      kind: 'decided',
    });
    expect(await world.visible()).toEqual(idsOf(days('n', 20)));
    newer.add(row('n-new', { account_id: 'n-a', date: '2026-11-21' }));
    await world.resync(newer);
    expect(await only()).toMatchObject({
      status: 'superseded',
      hidden: 20,
      evidence: { accounts: [{ by: 'operator' }] },
    });
  });

  it('is rejected once for all', async () => {
    const { newer, relink } = await doubtful();
    await world.decisions.reject(world.engine.organizationId, relink.id);
    newer.accounts = [bankAccount('n-a')];
    newer.add(row('n-new', { account_id: 'n-a', date: '2026-11-21' }));
    await world.resync(newer);
    expect(await only()).toMatchObject({ status: 'rejected' });
    expect(await world.visible()).toHaveLength(41);
  });
});

describe('an Item of a relink is ended', () => {
  it('the old one, erased: nothing of it is left, and it can be linked again', async () => {
    const { older } = await superseded();
    await remove(older.id, true);
    expect(await world.visible()).toEqual(idsOf(days('n', 20)));
    expect(await only()).toMatchObject({ status: 'ended', hidden: 0 });
    // Linked once more it is read anew, and is still the older of the two.
    await world.sync(older);
    expect(await only()).toMatchObject({ status: 'superseded' });
    expect(await world.visible()).toEqual(MERGED);
  });

  it('the old one, stopped: its duplicates stay hidden', async () => {
    const { older } = await superseded();
    await remove(older.id, false);
    expect(await world.visible()).toEqual(MERGED);
  });

  it('the new one, stopped: nothing changes, what was synced stays readable', async () => {
    const { newer } = await superseded();
    await remove(newer.id, false);
    expect(await world.visible()).toEqual(MERGED);
  });

  it('the new one, erased: the old rows come back, and the old Item is synced', async () => {
    const { older, newer } = await superseded();
    await remove(newer.id, true);
    expect(await world.visible()).toEqual(idsOf(days('o', 30)));
    expect(await only()).toMatchObject({ status: 'ended' });
    older.add(row('o-new', { account_id: 'o-a', date: '2026-11-22' }));
    expect(await world.engine.settle(older.id)).toMatchObject({ kind: 'synced' });
    expect(await world.visible()).toContain('o-new');
  });

  it('erased, though Plaid has still to be asked to remove it: its token stays, and it is like nothing that comes', async () => {
    const older = item('o', days('o', 30));
    await world.sync(older);
    await remove(older.id, true, { keepToken: true });
    const { access_token_ciphertext: token } = await world.engine
      .db('items')
      .where({ id: older.id })
      .first<{ access_token_ciphertext: Buffer }>('access_token_ciphertext');
    expect(token.length).toBeGreaterThan(0);
    expect(await world.visible()).toEqual([]);
    older.plaid.calls.length = 0;
    expect(await world.engine.look(older.id)).toMatchObject({ status: 'sync_disabled' });
    expect(older.plaid.calls).toEqual([]);
    await world.sync(item('n'));
    expect((await world.relinks()).filter(({ status }) => status !== 'different')).toEqual([]);
    expect(await world.visible()).toEqual(idsOf(days('n', 20)));
    await remove(older.id, true);
    const { rows } = await world.engine.db.raw<{ rows: unknown[] }>(
      `select from items where id = ? and access_token_ciphertext <> ''`,
      [older.id],
    );
    expect(rows).toEqual([]);
  });

  it('and nobody waits in a circle while both are erased, synced and decided about', async () => {
    const { older, newer } = await superseded();
    const { id } = await only();
    newer.add(row('n-new', { account_id: 'n-a', date: '2026-11-22' }));
    await world.engine.links.requestSync(newer.id);
    await Promise.all([
      world.engine.look(newer.id),
      world.decisions.revert(world.engine.organizationId, id, true),
      remove(older.id, true),
      remove(newer.id, true),
    ]);
    expect(await world.visible()).toEqual([]);
  });
});
