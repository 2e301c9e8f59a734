import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type pg from 'pg';
import { withConnection } from '../local/postgres/server.js';
import { violate, type CheckContext, type Sql } from './check/context.js';
import { createSimulator } from './driver/simulator.js';
import { createAsk } from './http.js';
import { createInputs } from './inputs.js';
import { createJournal, type Journal } from './journal.js';
import type { TortureOptions, TortureReport, Violation } from './options.js';
import { READERS, startFeedReader } from './readers/feed-reader.js';
import { startReceiver } from './readers/receiver.js';
import { recordWebhooks } from './readers/webhook-record.js';
import { reportOf } from './report.js';
import { createSecretWatch, type SecretWatch } from './secrets.js';
import { settle } from './settle.js';
import { createRunFolder } from './stack/folder.js';
import { startStack } from './stack/stack.js';
import { createTenants } from './stack/tenants.js';

const sqlOf =
  (url: string): Sql =>
  <R extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    withConnection(url, async (client) => (await client.query<R>(text, values)).rows);

/** What is closed at the end, last opened first. */
interface Closers {
  add<T extends { close(): Promise<void> }>(it: T): T;
  closeAll(): Promise<void>;
}

function createClosers(): Closers {
  const closers: (() => Promise<void>)[] = [];
  return {
    add(it) {
      closers.push(() => it.close());
      return it;
    },
    async closeAll() {
      for (const close of closers.reverse()) await close();
    },
  };
}

interface Basis {
  options: TortureOptions;
  folder: string;
  journal: Journal;
  secrets: SecretWatch;
  violations: Violation[];
  failpoints: (kind: 'worker' | 'api', name: string, life: number) => string;
  closers: Closers;
  signal: AbortSignal;
}

/** Starts the stack and everybody who is around it. */
async function setUp(basis: Basis): Promise<CheckContext> {
  const { options, folder, journal, secrets, violations, closers } = basis;
  const { seed } = options;
  const receiver = closers.add(await startReceiver(seed, secrets));
  const stack = await startStack({
    options,
    folder,
    journal,
    secrets,
    failpoints: basis.failpoints,
    onUnexplainedEnd: (what) => violate({ violations, journal }, 'engine', what),
  });
  closers.add({ close: () => stack.stop() });
  const ask = createAsk(secrets);
  const simulator = createSimulator(stack.simulatorUrl);
  const tenants = await createTenants({
    stack,
    seed,
    organizations: options.organizations,
    ask,
    secrets,
    receiverUrl: receiver.url,
    signal: basis.signal,
  });
  const readers = tenants.flatMap((tenant, at) =>
    READERS.map((kind, number) =>
      closers.add(
        startFeedReader(ask, journal, {
          ...kind,
          name: `reader ${number + 1} of organisation ${at + 1}`,
          apiUrl: stack.apiUrl,
          apiKey: tenant.apiKey,
          startAfterMs: number === 1 ? options.minutes * 30_000 : 0,
          seed,
        }),
      ),
    ),
  );
  const connection = closers.add(await Connection.connect({ address: stack.temporalAddress }));
  return {
    options,
    stack,
    simulator,
    world: { tenants, items: [] },
    journal,
    ask,
    readers,
    receiver,
    webhooks: closers.add(recordWebhooks(simulator)),
    secrets,
    sql: sqlOf(stack.databaseUrl),
    temporal: new Client({ connection }),
    violations,
    checked: {},
  };
}

/**
 * Runs inputs and chaos against a stack of its own, lets it come to rest, and checks every invariant that can be seen from
 * outside. Violations are in the report; what is thrown is a mistake of the run itself.
 */
export async function runTorture(options: TortureOptions): Promise<TortureReport> {
  const begun = performance.now();
  const runFolder = createRunFolder({ keepIt: options.keep });
  const journal = createJournal(join(runFolder.path, 'journal.log'), options.say, options.verbose);
  const closers = createClosers();
  const giveUp = new AbortController();
  const inputs = createInputs(options);
  try {
    const context = await setUp({
      options,
      folder: runFolder.path,
      journal,
      secrets: createSecretWatch(),
      violations: [],
      failpoints: inputs.failpoints,
      closers,
      signal: giveUp.signal,
    });
    const setUpMs = performance.now() - begun;
    options.say(`set up in ${Math.round(setUpMs / 1_000)} s, in ${runFolder.path}`);
    const inputsBegun = performance.now();
    await inputs.run(context);
    const inputsMs = performance.now() - inputsBegun;
    options.say(`inputs ended after ${Math.round(inputsMs / 1_000)} s`);
    const settled = await settle(context);
    return await reportOf(context, { setUp: setUpMs, inputs: inputsMs, ...settled });
  } finally {
    giveUp.abort();
    await closers.closeAll();
    runFolder.remove();
  }
}
