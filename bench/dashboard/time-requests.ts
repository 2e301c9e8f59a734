import pg from 'pg';
import type { Tenant } from '../stack/tenant.js';
import type { Forgetter } from './forget.js';
import type { RequestKind } from './requests.js';
import type { BenchSession } from './session.js';

export interface TimedRequest {
  name: string;
  /** Milliseconds, in rounds through all kinds: nothing that one of them reads stays for it alone. */
  warm: number[];
  /** With all files and buffers of the database cold. */
  cold: number[];
}

interface Contender {
  name: string;
  run: (round: number) => Promise<void>;
}

const WARM_UP_ROUNDS = 2;

/** What a page of rows costs without the API: the same hundred rows by one index, asked of PostgreSQL in one statement. */
const BARE_PAGE = `
  select t.*, e.end_user_id as end_user, i.plaid_item_id, a.mask
    from transactions t join end_users e on e.id = t.end_user_id join items i on i.id = t.item_id
    left join accounts a on a.item_id = t.item_id and a.account_id = t.account_id
   where t.organization_id = $1 and (coalesce(t.date, '-infinity'::date), t.id) < ($2::date, '00000000-0000-0000-0000-000000000000')
   order by coalesce(t.date, '-infinity'::date) desc, t.id desc limit 100`;

/** How long each kind of request takes, and what the machine and PostgreSQL take for the least that could be done. */
export async function timeRequests(
  tenant: Tenant,
  {
    apiUrl,
    session,
    kinds,
    rounds,
    coldRounds,
    forgetter,
  }: {
    apiUrl: string;
    session: BenchSession;
    kinds: readonly RequestKind[];
    rounds: number;
    coldRounds: number;
    forgetter: Forgetter | null;
  },
): Promise<TimedRequest[]> {
  const client = new pg.Client({ connectionString: tenant.databaseUrl });
  await client.connect();

  const ask = async (path: string, { until, mayRefuse }: Partial<RequestKind> = {}): Promise<void> => {
    const ending = new AbortController();
    const response = await fetch(`${apiUrl}${path}`, {
      headers: { cookie: session.cookie },
      signal: ending.signal,
    });
    if (!response.ok) {
      const text = await response.text();
      if (mayRefuse === undefined || !text.includes(`"${mayRefuse}"`))
        throw new Error(`${path} answered ${response.status}: ${text}`);
      return;
    }
    if (until === undefined) await response.arrayBuffer();
    else {
      await response.body!.getReader().read();
      ending.abort();
    }
  };
  const day = (round: number): string =>
    new Date(Date.now() - (30 + round * 11) * 86_400_000).toISOString().slice(0, 10);
  const contenders: Contender[] = [
    { name: 'floor: a session, nothing else', run: () => ask('/api/session') },
    { name: 'floor: select 1, without the API', run: async () => void (await client.query('select 1')) },
    {
      name: 'floor: a page by index, without the API',
      run: async (round) => void (await client.query(BARE_PAGE, [tenant.organizationId, day(round)])),
    },
    ...kinds.map((kind) => ({ name: kind.name, run: (round: number) => ask(kind.path(round), kind) })),
  ];
  const timed = contenders.map(({ name }): TimedRequest => ({ name, warm: [], cold: [] }));
  const time = async (index: number, round: number): Promise<number> => {
    const began = performance.now();
    await contenders[index]!.run(round);
    return performance.now() - began;
  };
  try {
    for (let round = 0; round < coldRounds && forgetter !== null; round++)
      for (const [index, { cold }] of timed.entries()) {
        await forgetter.forget();
        cold.push(await time(index, round));
      }
    for (let round = 0; round < rounds + WARM_UP_ROUNDS; round++)
      for (const [index, { warm }] of timed.entries()) {
        const took = await time(index, round);
        if (round >= WARM_UP_ROUNDS) warm.push(took);
      }
  } finally {
    await client.end();
  }
  return timed;
}
