import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from './scenario.js';

const forWorkers =
  (spec: string) =>
  (kind: 'worker' | 'api'): string =>
    kind === 'worker' ? spec : '';

/** Updates of many small pages; an attempt fails in the middle of one. */
export const pages: Scenario = {
  failpoints: forWorkers('look.between_pages@3=error,look.between_pages@20=error'),
  async play({ simulator, make, link, atRest, tell }) {
    await simulator.control('POST', '/faults', { kind: 'page_size', rows: 5 });
    const item = await make();
    const other = await make();
    await link(item);
    await atRest(item);
    await link(other);
    await atRest(other);
    await tell(item, 'spend', [0.9, 0.5, 0.7]);
  },
};

/** Plaid's data change while an update of several pages is read. */
export const mutation: Scenario = {
  async play({ simulator, make, link, atRest, tell }) {
    await simulator.control('POST', '/faults', { kind: 'page_size', rows: 5 });
    const item = await make();
    await link(item);
    await atRest(item);
    for (let n = 0; n < 16; n++)
      await simulator.control('POST', `/items/${item.itemId}/transactions`, {
        amount: `${n}.50`,
        name: `Quiet shop ${n}`,
        pending: false,
        silent: true,
      });
    await simulator.control('POST', '/faults', { kind: 'mutation', item_id: item.itemId, on_page: 'middle' });
    await tell(item, 'spend_posted', [0.4, 0, 0]);
  },
};

/** Plaid refuses the stored cursor after rows have gone without a word. */
export const refusedCursor: Scenario = {
  async play({ simulator, make, link, atRest, tell }) {
    const item = await make({ transactions: 60 });
    await link(item);
    await atRest(item);
    const { transactions } = await simulator.item(item.itemId);
    const newest = [...transactions].sort((a, b) => (String(a['date']) < String(b['date']) ? 1 : -1));
    for (const { transaction_id: id } of newest.slice(0, 3))
      await simulator.control('DELETE', `/items/${item.itemId}/transactions/${id}?silent=true`);
    await simulator.control('POST', '/faults', { kind: 'foreign_cursor', item_id: item.itemId });
    await tell(item, 'spend_posted', [0.4, 0, 0]);
  },
};

/** Plaid takes its time for each page. */
export const slowBank: Scenario = {
  async play({ simulator, make, link, atRest, tell }) {
    const item = await make();
    await link(item);
    await atRest(item);
    await simulator.control('POST', '/faults', {
      kind: 'latency',
      item_id: item.itemId,
      endpoint: '/transactions/sync',
      latency: '4s',
      times: 2,
    });
    await tell(item, 'spend', [0.9, 0.5, 0.7]);
  },
};

/**
 * A look is given up by Temporal while it waits to commit, the next one overtakes it, and then it commits after all: two
 * looks at once, and the older is the last.
 */
export const twoAtOnce: Scenario = {
  failpoints: forWorkers('look.before_commit@2=delay:12s'),
  async play({ make, link, atRest, step, until, generations }) {
    const item = await make();
    await link(item);
    await atRest(item);
    await step(item, 'spend_posted', [0.4, 0, 0]);
    await until('the look claims', async () => {
      const { dirty, claimed, synced } = await generations(item);
      return claimed > synced && claimed === dirty;
    });
    // It has what it fetched, and waits.
    await sleep(1_000);
    await step(item, 'remove', [0, 0, 0]);
    await atRest(item);
    await sleep(6_000);
  },
};

/** Commits that take their time, of several Items of one organisation at once, some of which fail. */
export const commits: Scenario = {
  failpoints: forWorkers('look.in_commit@*=delay:400ms,look.in_commit@4=error,look.in_commit@9=error'),
  async play({ make, link, atRest, tell, items }) {
    for (let n = 0; n < 3; n++) await make({ transactions: 60 });
    await Promise.all(items.map(link));
    await atRest(...items);
    for (let n = 0; n < 3; n++)
      await Promise.all(items.map((item) => tell(item, 'spend', [0.9, 0.1 * n, 0.7])));
  },
};
