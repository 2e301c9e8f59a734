import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createItem } from '../../torture/driver/driver.js';
import { planItems } from '../../torture/driver/plan.js';
import { createSimulator } from '../../torture/driver/simulator.js';
import { DEFAULT_CLIENT } from '../../simulator/create-simulator.js';
import { linkItem, startSimulator, type RunningSimulator } from './support/sdk.js';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

interface Created {
  item: { item_id: string; long_amounts: boolean };
}

const made = async (options: object): Promise<string> => {
  const { status, text, body } = await simulator.control<Created>('POST', '/items', {
    ready: true,
    ...options,
  });
  expect([status, text]).toEqual([200, text]);
  return body.item.item_id;
};

/** Everything that draws amounts once more: a history, a part of one, a look at the bank, an account, pendings. */
const live = async (itemId: string): Promise<void> => {
  const calls: [path: string, body: object][] = [
    ['/history', { count: 300 }],
    ['/incidents', { kind: 'partial_history', count: 300, delay: '1s' }],
    ['/refresh', {}],
    ['/incidents', { kind: 'account_added', rows: 60 }],
    ['/incidents', { kind: 'split_posting' }],
    ['/incidents', { kind: 'add_modify_remove' }],
  ];
  for (const [path, body] of calls) {
    const { status, text } = await simulator.control('POST', `/items/${itemId}${path}`, body);
    expect([status, text]).toEqual([200, text]);
  }
  await simulator.advance('5s');
};

/** The amounts of all rows that there ever were, as text: no double has touched them. */
const amountsOf = async (itemId: string): Promise<string[]> => {
  const { text } = await simulator.control('GET', `/items/${itemId}/log?limit=100000`);
  return [...text.matchAll(/"amount":([^,}]+)/g)].map((match) => match[1] ?? '');
};

const decimalsOf = (amount: string): number => amount.split('.')[1]?.length ?? 0;

const shareOfLong = (amounts: readonly string[]): number =>
  amounts.filter((amount) => decimalsOf(amount) > 2).length / amounts.length;

describe('amounts that are drawn at random', () => {
  it.each(['user_transactions_dynamic', 'user_yuppie', 'user_ewa_user', 'user_small_business', 'user_good'])(
    'are in cents unless asked otherwise, for %s',
    async (username) => {
      const itemId = await made({ username, password: 'pass_good', transactions: 200 });
      await live(itemId);
      const amounts = await amountsOf(itemId);
      expect(amounts.length).toBeGreaterThan(800);
      expect(amounts.filter((amount) => !/^-?\d+(\.\d{1,2})?$/.test(amount))).toEqual([]);
      expect(amounts.some((amount) => decimalsOf(amount) === 0)).toBe(true);
    },
  );

  it('are in cents in Items that are linked as Plaid has it', async () => {
    const { itemId } = await linkItem(simulator);
    await simulator.advance('5s');
    const amounts = await amountsOf(itemId);
    expect(amounts.length).toBeGreaterThan(300);
    expect(Math.max(...amounts.map(decimalsOf))).toBe(2);
  });

  it('have up to seven decimals in an Item that is made for it, as long as it lives, and in its relinks', async () => {
    const itemId = await made({ long_amounts: true, transactions: 200 });
    const history = await amountsOf(itemId);
    expect(shareOfLong(history)).toBeGreaterThan(0.1);
    await live(itemId);
    const later = (await amountsOf(itemId)).slice(history.length);
    expect(shareOfLong(later)).toBeGreaterThan(0.15);
    expect(shareOfLong(later)).toBeLessThan(0.3);
    expect(Math.max(...later.map(decimalsOf))).toBe(7);

    const { body } = await simulator.control<Created>('POST', `/items/${itemId}/relink`, {});
    expect(body.item.long_amounts).toBe(true);
    const anew = body.item.item_id;
    await simulator.advance('5s');
    const copied = (await amountsOf(anew)).length;
    await simulator.control('POST', `/items/${anew}/history`, { count: 300 });
    expect(shareOfLong((await amountsOf(anew)).slice(copied))).toBeGreaterThan(0.1);
  });

  it('are long only if that is said as it is documented', async () => {
    const answer = async (longAmounts: unknown) => {
      const { status, body } = await simulator.control<Created & { error: { message: string } }>(
        'POST',
        '/items',
        { long_amounts: longAmounts },
      );
      return status === 200 ? body.item.long_amounts : [status, body.error.message];
    };
    expect(await answer(7)).toEqual([400, 'long_amounts must be a boolean']);
    expect(await answer(null)).toEqual([400, 'long_amounts must not be null']);
    expect(await answer(true)).toBe(true);
    expect(await answer(false)).toBe(false);
  });

  it('are long in the Items of a torture run, which prove that money is exact', async () => {
    const client = { ...DEFAULT_CLIENT };
    const [plan] = planItems({ seed: 1, items: 1, durationMs: 60_000, organizations: 1 });
    if (plan === undefined) throw new Error('no Item was planned');
    const integration = {
      heronId: '',
      linkUrl: '',
      webhookUrl: `${simulator.url}/`,
      client,
      forwards: false,
    };
    const tenant = {
      name: '',
      apiKey: '',
      integrations: [integration],
      call: () => Promise.reject(new Error()),
    };
    const { itemId } = await createItem(
      { simulator: createSimulator(simulator.url), tenants: [tenant] },
      { ...plan, organization: 0, integration: 0, username: 'user_yuppie', transactions: 300, ready: true },
    );
    expect(shareOfLong(await amountsOf(itemId))).toBeGreaterThan(0.1);
  });
});
