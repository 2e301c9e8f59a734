import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import {
  createInstallation,
  type BankItem,
  type Installation,
  type IntegrationUrls,
} from '../support/installation.js';

/** What was lost is found and mended, and what was linked twice is shown once. */
let installation: Installation;
let integration: IntegrationUrls;

beforeAll(async () => {
  installation = await createInstallation({ settings: { NOT_READY_LONGEST_WAIT: '1s' } });
  await Promise.all([installation.startApi(), installation.startWorker()]);
  integration = await installation.createIntegration();
});

afterAll(() => installation?.close());

interface LinkState {
  link: { status: string; history: string; superseded_by_item_id: string | null };
}
const stateOf = async ({ item_id }: BankItem): Promise<LinkState['link']> =>
  (await installation.call<LinkState>('GET', `/api/integrations/${integration.heron_id}/links/${item_id}`))
    .body.link;
const whole = (item: BankItem) =>
  eventually('the whole history', async () => {
    const { status, history } = await stateOf(item);
    return status === 'active' && history === 'complete';
  });

interface Audit {
  heron_id: string;
  state: string;
  verdict: string | null;
  transactions: { missing: number; extra: number; different: number };
  repair: { sync_run_heron_id: string | null } | null;
}
interface Example {
  kind: string;
  reference_id: string;
}

describe('a loss', () => {
  const ROWS = 3_000;
  let item: BankItem;
  const auditsPath = () => `/api/integrations/${integration.heron_id}/audits`;
  const start = async (): Promise<string> => {
    const { status, body } = await installation.call<{ audit: Audit }>(
      'POST',
      `/api/integrations/${integration.heron_id}/links/${item.item_id}/audit`,
    );
    expect(status).toBe(202);
    return body.audit.heron_id;
  };
  const read = async (id: string) =>
    (await installation.call<{ audit: Audit; examples: Example[] }>('GET', `${auditsPath()}/${id}`)).body;
  const ended = async (id: string) => {
    await eventually('the end of the audit', async () => (await read(id)).audit.state === 'done', 120_000);
    return read(id);
  };

  it('is found although the worker is killed in the middle of the replay, mended, and found mended', async () => {
    item = await installation.newItem(integration, { transactions: ROWS, ready: true, long_amounts: true });
    await installation.link(integration, item, 'acme');
    await whole(item);
    const rows = await installation
      .db('transactions')
      .join('items', 'items.id', 'transactions.item_id')
      .where('plaid_item_id', item.item_id)
      .orderBy('reference_id')
      .limit(3)
      .select<{ id: string; reference_id: string }[]>('transactions.id', 'reference_id');
    const [lost, buried, altered] = rows;
    await installation.db('transactions').where({ id: lost!.id }).delete();
    await installation
      .db('transactions')
      .where({ id: buried!.id })
      .update({ removed_at: installation.db.fn.now() });
    await installation.db('transactions').where({ id: altered!.id }).update({ amount: '0.01' });

    await installation.simulator.control('PUT', '/latency', { ms: 300 });
    const id = await start();
    await eventually('a staged page of the replay', async () => {
      const { rows: staged } = await installation.db.raw<{ rows: unknown[] }>(
        'select 1 from sync_staged_rows limit 1',
      );
      return staged.length > 0;
    });
    expect(await installation.worker.end('SIGKILL')).toBe(null);
    expect((await read(id)).audit).toMatchObject({ state: 'running', verdict: null });
    await installation.simulator.control('PUT', '/latency', { ms: 0 });
    await installation.startWorker();

    const { audit, examples } = await ended(id);
    expect(audit).toMatchObject({
      ...{ verdict: 'differs', transactions: { missing: 2, extra: 0, different: 1 } },
    });
    expect(examples.map(({ kind, reference_id }) => [kind, reference_id])).toEqual([
      ['different', altered!.reference_id],
      ...[lost!.reference_id, buried!.reference_id].sort().map((reference) => ['missing', reference]),
    ]);
    expect((await installation.call('POST', `${auditsPath()}/${id}/repair`)).status).toBe(202);
    await eventually('the repair', async () => {
      const { repair } = (await read(id)).audit;
      return repair !== null && repair.sync_run_heron_id !== null;
    });
    expect((await ended(await start())).audit).toMatchObject({
      ...{ verdict: 'clean', transactions: { missing: 0, extra: 0, different: 0 } },
    });
  });
});

interface Row {
  reference_id: string;
  amount: number;
  date: string;
  description: string;
}
const keyOf = ({ amount, date, description }: Row): string => `${date} ${amount} ${description}`;
/** Transactions of one end user, alike ones counted. */
const countAlike = (rows: Iterable<Row>): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return counts;
};

/** The first month of an Item's history is there, the rest is not. */
const PARTLY = '3s';

describe('accounts that are linked again as a new Item', () => {
  it('are shown once at any time, though the history comes in parts', async () => {
    const old = await installation.newItem(integration, {
      transactions: 400,
      ready: true,
      long_amounts: true,
    });
    await installation.link(integration, old, 'twice');
    await whole(old);
    const table = async (): Promise<Row[]> => {
      const path = '/api/transactions?end_user_id=twice&limit=1000';
      return (await installation.call<{ transactions: Row[] }>('GET', path)).body.transactions;
    };
    const before = await table();
    expect(before).toHaveLength(400);
    const most = countAlike(before);

    const fed = new Map<string, Row>();
    let cursor: string | null = null;
    const ours = new Set<string>(before.map((row) => row.reference_id));
    const follow = async (): Promise<void> => {
      for (;;) {
        const place: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const { body } = await installation.call<{
          changes: { op: string; transaction: Row & { end_user_id?: string } }[];
          next_cursor: string;
          has_more: boolean;
        }>('GET', `/api/transactions/changes?limit=1000&end_user_id=twice${place}`);
        for (const { op, transaction } of body.changes) {
          if (op === 'delete') fed.delete(transaction.reference_id);
          else fed.set(transaction.reference_id, transaction);
        }
        cursor = body.next_cursor;
        if (!body.has_more) return;
      }
    };
    await follow();
    expect([...fed.keys()].sort()).toEqual([...ours].sort());

    const { body } = await installation.simulator.control<{ item: BankItem }>(
      'POST',
      `/items/${old.item_id}/relink`,
      {
        old: 'break',
      },
    );
    const doubles: string[] = [];
    let polls = 0;
    const poll = async (): Promise<void> => {
      polls += 1;
      await follow();
      for (const rows of [await table(), [...fed.values()]])
        for (const [key, count] of countAlike(rows)) if (count > (most.get(key) ?? 1)) doubles.push(key);
    };
    await installation.link(integration, body.item, 'twice');
    await poll();
    await installation.simulator.advance(PARTLY);
    await eventually('a part of the history', async () => {
      await poll();
      return (await stateOf(body.item)).history === 'initial';
    });
    for (let n = 0; n < 5; n++) await poll();
    expect((await stateOf(old)).superseded_by_item_id).toBe(body.item.item_id);
    await installation.simulator.advance('1h');
    await eventually('the old Item to be superseded and the new one to be whole', async () => {
      await poll();
      const { history } = await stateOf(body.item);
      return history === 'complete' && (await stateOf(old)).superseded_by_item_id === body.item.item_id;
    });
    await poll();
    expect(doubles).toEqual([]);
    expect(polls).toBeGreaterThan(7);
    expect(await stateOf(old)).toMatchObject({ status: 'sync_disabled' });
    const after = await table();
    expect([...fed.keys()].sort()).toEqual(after.map((row) => row.reference_id).sort());
    // Nothing is hidden but what the new Item has.
    expect([...countAlike(after).keys()].sort()).toEqual([...most.keys()].sort());
    expect(after.some((row) => !ours.has(row.reference_id))).toBe(true);
  });
});
