import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlaidApi, Transaction } from 'plaid';
import {
  applyPage,
  linkItem,
  newReader,
  plaidError,
  readUpdate,
  startSimulator,
  type Reader,
  type RunningSimulator,
} from './support/sdk.js';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('spend' as const), pending: fc.boolean() }),
    fc.record({ do: fc.constantFrom('post' as const, 'refresh' as const, 'update' as const) }),
    fc.record({ do: fc.constantFrom('modify' as const, 'remove' as const), which: fc.nat() }),
    fc.record({ do: fc.constant('page' as const), count: fc.integer({ min: 1, max: 30 }) }),
  ),
  { minLength: 5, maxLength: 16 },
);

/** A reader that may stand in the middle of a chain of pages, and knows where the chain began. */
interface ChainReader extends Reader {
  start: Reader;
}

const copy = ({ cursor, rows }: Reader): Reader => ({ cursor, rows: new Map(rows) });

/** Reads one page; a mutation sends the reader back to the first cursor of its chain. */
const readPage = async (
  sdk: PlaidApi,
  accessToken: string,
  reader: ChainReader,
  count: number,
): Promise<boolean> => {
  const call = sdk.transactionsSync({ access_token: accessToken, count, cursor: reader.cursor ?? '' });
  const page = await call.catch(() => null);
  if (page === null) {
    expect((await plaidError(call)).body['error_code']).toBe('TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION');
    expect(reader.cursor).not.toBe(reader.start.cursor);
    Object.assign(reader, copy(reader.start));
    return true;
  }
  applyPage(reader, page.data);
  reader.cursor = page.data.next_cursor;
  if (!page.data.has_more) reader.start = copy(reader);
  return page.data.has_more;
};

const byId = (rows: Iterable<Transaction>) =>
  [...rows].sort((a, b) => (a.transaction_id < b.transaction_id ? -1 : 1));

describe('replaying pages', () => {
  it('gives the ground truth from any cursor, whatever happened between the pages', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 4, max: 40 }), async (given, lastCount) => {
        const { sdk, control, advance } = simulator;
        const { accessToken, itemId } = await linkItem(simulator, { transactions: { days_requested: 3 } });
        await advance('5s');
        const reader: ChainReader = { ...newReader(), start: newReader() };
        const stored: Reader[] = [newReader()];
        const truth = async () =>
          (await control<{ transactions: Transaction[] }>('GET', `/items/${itemId}`)).body.transactions;
        for (const step of given) {
          if (step.do === 'spend')
            await control('POST', `/items/${itemId}/transactions`, { pending: step.pending });
          if (step.do === 'post') await control('POST', `/items/${itemId}/post`, {});
          if (step.do === 'refresh') await control('POST', `/items/${itemId}/refresh`, {});
          if (step.do === 'modify' || step.do === 'remove') {
            const rows = await truth();
            const row = rows[step.which % Math.max(1, rows.length)];
            const path = `/items/${itemId}/transactions/${row?.transaction_id}`;
            if (row === undefined) continue;
            await (step.do === 'remove'
              ? control('DELETE', path)
              : control('PATCH', path, { amount: step.which }));
          }
          if (step.do === 'page') await readPage(sdk, accessToken, reader, step.count);
          if (step.do === 'update') while (await readPage(sdk, accessToken, reader, 7));
          stored.push(copy(reader.start));
        }
        while (await readPage(sdk, accessToken, reader, lastCount));
        stored.push(copy(reader));
        // What is read carries no original_description; the ground truth does.
        const expected = byId(await truth()).map(({ original_description: _, ...row }) => row);
        for (const resumed of stored) {
          await readUpdate(sdk, accessToken, resumed, lastCount);
          expect(byId(resumed.rows.values())).toEqual(expected);
        }
      }),
      { numRuns: 12 },
    );
  }, 60_000);
});
