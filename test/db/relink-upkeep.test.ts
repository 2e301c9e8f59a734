import { beforeEach, describe, expect, it } from 'vitest';
import { createItemRemovalQueries } from '../../src/db/queries/item-removal.js';
import { ROWS_COMPARED_AT_ANY_TIME } from '../../src/db/queries/relink-commit.js';
import {
  bankAccount,
  onlyRelink,
  useRelinkWorld,
  days,
  type BankItem,
  type RelinkWorld,
  type Row,
} from '../support/relinks.js';
import { row } from '../support/scripted-plaid.js';

let world: RelinkWorld;
useRelinkWorld((made) => (world = made));

const only = () => onlyRelink(world);

describe('a doubtful relink of long histories', () => {
  const long = ROWS_COMPARED_AT_ANY_TIME / 2 + 10;
  let older: BankItem;
  let newer: BankItem;
  const strangers = days('n', 300, { name: 'Elsewhere' });
  const agreeing = days('n', 300);

  beforeEach(async () => {
    older = world.item(days('o', long), { accounts: [bankAccount('o-a')] });
    newer = world.item([...strangers, ...days('n', long).slice(300)], { accounts: [bankAccount('n-a')] });
    await world.sync(older);
    await world.sync(newer);
    expect(await only()).toMatchObject({ status: 'doubtful', reason: 'rows_differ' });
  });

  const anHourLater = () =>
    world.engine
      .db('relinks')
      .where({ new_item_id: newer.id })
      .update({ judge_after: world.engine.db.raw(`judge_after - interval '1 hour'`) });

  it('is compared once in a while at most, and then also by a commit that changes nothing', async () => {
    const before = await only();
    newer.add(...agreeing);
    await world.resync(newer);
    expect(await only()).toMatchObject({ status: 'doubtful', updated_at: before.updated_at });
    await anHourLater();
    await world.resync(older);
    expect(await only()).toMatchObject({ status: 'superseded', hidden: long });
    expect(await world.visible()).toHaveLength(long);
  });

  it('is not compared again as long as nothing has changed', async () => {
    const before = await only();
    await anHourLater();
    await world.resync(newer);
    await world.resync(older);
    expect(await only()).toMatchObject({ status: 'doubtful', updated_at: before.updated_at });
  });

  const judgedNow = async (): Promise<void> => {
    const before = await only();
    newer.add(row('n-b', { account_id: 'n-b', date: '2026-11-21' }));
    await world.resync(newer);
    expect((await only()).updated_at.getTime()).toBeGreaterThan(before.updated_at.getTime());
  };

  it('is judged at once when more of the history is there', async () => {
    const { db } = world.engine;
    await db('relinks')
      .where({ new_item_id: newer.id })
      .update({ evidence: db.raw(`evidence || '{"history": "initial"}'`) });
    await judgedNow();
  });

  it('is judged at once when the accounts are others', async () => {
    newer.accounts.push(bankAccount('n-b'));
    await judgedNow();
    expect(await only()).toMatchObject({ status: 'doubtful', reason: 'accounts_ambiguous' });
  });
});

describe('the rows that a relink hides', () => {
  /** As the rows themselves tell. */
  const counted = async (): Promise<Record<string, number>> => {
    const { rows } = await world.engine.db.raw<{ rows: { pair: string; hidden: number }[] }>(
      `select d.item_id || ' ' || t.item_id as pair, count(*)::integer as hidden
         from transactions d join transactions t on t.id = d.duplicate_of
         join items i on i.id = d.item_id join end_users e on e.id = i.end_user_id
        where e.end_user_id = ? group by 1`,
      [world.endUserId],
    );
    return Object.fromEntries(rows.map(({ pair, hidden }) => [pair, hidden]));
  };
  const told = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await world.relinks())
        .filter(({ hidden }) => hidden > 0)
        .map((each) => [`${each.old_item_id} ${each.new_item_id}`, each.hidden]),
    );
  const item = (prefix: string, rows: Row[]): BankItem =>
    world.item(rows, { accounts: [bankAccount(`${prefix}-a`)] });

  it('are counted as they are hidden and shown', async () => {
    const { organizationId, db } = world.engine;
    const agree = async (pairs: number): Promise<void> => {
      const truth = await counted();
      expect(await told()).toEqual(truth);
      expect(Object.keys(truth)).toHaveLength(pairs);
    };
    const [first, second, third] = [
      item('o', days('o', 30)),
      item('n', days('n', 20)),
      item('m', days('m', 25)),
    ];
    await world.sync(first);
    await world.sync(second);
    await agree(1);
    second.add(...days('n', 24).slice(20));
    await world.resync(second);
    expect(Object.values(await told())).toEqual([24]);
    await agree(1);
    await world.sync(third);
    await agree(3);
    const relinks = await world.relinks();
    const of = (old: BankItem, by: BankItem) =>
      relinks.find((each) => each.old_item_id === old.id && each.new_item_id === by.id)!.id;
    await world.decisions.revert(organizationId, of(first, second), true);
    await agree(2);
    await world.decisions.revert(organizationId, of(second, third), true);
    await agree(1);
    await world.decisions.accept(organizationId, of(second, third), []);
    await agree(2);
    await createItemRemovalQueries({ db, signalStaleAfterMs: 15_000 }).remove(organizationId, third.id, {
      removedAtPlaid: false,
      erase: true,
    });
    await agree(0);
  });
});
