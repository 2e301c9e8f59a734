import { beforeEach, describe, expect, it } from 'vitest';
import { bankAccount, useRelinkWorld, days, type BankItem, type RelinkWorld } from '../support/relinks.js';

let world: RelinkWorld;
useRelinkWorld((made) => (world = made));

const OLD_ROWS = days('o', 40);
const item = (prefix: string, rows = days(prefix, 10)): BankItem =>
  world.item(rows, { accounts: [bankAccount(`${prefix}-a`)] });
const idOf = (row: Record<string, unknown>) => String(row['transaction_id']);
/** The 40 days of the old Item, whichever of both Items has them. */
const daysShown = async () =>
  (await world.visible()).map((id) => id.slice(id.indexOf('-') + 1)).map((day) => day.replace('again-', ''));

describe('an account of the new Item that gets another id', () => {
  let newer: BankItem;
  beforeEach(async () => {
    const older = item('o', OLD_ROWS);
    newer = item('n');
    await world.sync(older);
    await world.sync(newer);
    expect((await world.relinks())[0]).toMatchObject({ status: 'superseded' });
  });
  const changeIds = (over: Record<string, unknown> = {}): void => {
    newer.accounts = [bankAccount('n-again', over)];
    newer.remove(...days('n', 10).map(idOf));
    // With its new id comes the rest of the history.
    newer.add(
      ...days('n', 40).map((row) => ({
        ...row,
        transaction_id: `n-again-${idOf(row).slice(2)}`,
        account_id: 'n-again',
      })),
    );
  };

  it('still is the account of the old one: its rows are shown once', async () => {
    changeIds();
    await world.resync(newer);
    const shown = await world.visible();
    expect(shown.filter((id) => id.startsWith('n-again-'))).toHaveLength(40);
    expect(shown).toHaveLength(40);
    expect(new Set(await daysShown()).size).toBe(40);
    const [relink] = await world.relinks();
    expect(relink?.evidence.accounts).toHaveLength(2);
  });

  it('is another one if nothing fits', async () => {
    changeIds({ mask: '9999' });
    await world.resync(newer);
    const [relink] = await world.relinks();
    expect(relink?.evidence.accounts).toHaveLength(1);
    // The 30 days that the new Item never had of the old account, and all of the other one.
    expect(await world.visible()).toHaveLength(70);
  });
});
