import { expect } from 'vitest';
import type { Transaction } from 'plaid';
import { linkItem, newReader, readUpdate, type Reader, type RunningSimulator } from './sdk.js';

export interface ControlItem {
  item_id: string;
  access_token: string;
  transactions_update_status: string;
  error: { code: string } | null;
  removed_at: string | null;
  relinked_from: string | null;
  accounts: { account_id: string; name: string; mask: string; persistent_account_id?: string }[];
  revoked_accounts: { account_id: string }[];
}

/** The ground truth of an Item. */
export const truthOf = async ({ control }: RunningSimulator, itemId: string) =>
  (await control<{ item: ControlItem; transactions: Transaction[] }>('GET', `/items/${itemId}`)).body;

const byId = (rows: Iterable<Transaction>) =>
  Object.fromEntries([...rows].map((row) => [row.transaction_id, row]));

/** Demands that a reader holds the ground truth. */
export const expectTruth = async (simulator: RunningSimulator, itemId: string, reader: Reader) => {
  const { transactions } = await truthOf(simulator, itemId);
  // Readers did not ask for original_description.
  const asRead = transactions.map(({ original_description: _, ...row }) => row as Transaction);
  expect(byId(reader.rows.values())).toEqual(byId(asRead));
};

/** An Item with its whole history, a reader that has read it, and incidents that must succeed. */
export const followedItem = async (
  simulator: RunningSimulator,
  options: Parameters<typeof linkItem>[1] = {},
) => {
  const { sdk, control } = simulator;
  const item = await linkItem(simulator, options);
  await simulator.advance('5s');
  const reader = newReader();
  await readUpdate(sdk, item.accessToken, reader);
  const incident = async (given: object): Promise<Record<string, unknown>> => {
    const { status, text, body } = await control<{ incident: Record<string, unknown> }>(
      'POST',
      `/items/${item.itemId}/incidents`,
      given,
    );
    expect([status, text]).toEqual([200, text]);
    return body.incident;
  };
  const read = (count?: number) => readUpdate(sdk, item.accessToken, reader, count);
  return { ...item, reader, incident, read };
};
