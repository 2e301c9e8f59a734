import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type pg from 'pg';
import { withConnection } from '../local/postgres/server.js';
import { drawFailpoints, planChaos } from './chaos/plan.js';
import { rage } from './chaos/loop.js';
import { violate, type CheckContext, type Sql } from './check/context.js';
import { watchIdleTransactions } from './check/idle-transactions.js';
import type { ActionDeps } from './driver/actions.js';
import { drive } from './driver/driver.js';
import { planItems } from './driver/plan.js';
import { faultKinds, firedByKind } from './driver/faults.js';
import { createSimulator } from './driver/simulator.js';
import { createAsk } from './http.js';
import { createJournal } from './journal.js';
import type { TortureOptions, TortureReport, Violation } from './options.js';
import { READERS, startFeedReader } from './readers/feed-reader.js';
import { startReceiver } from './readers/receiver.js';
import { recordWebhooks } from './readers/webhook-record.js';
import { createSecretWatch } from './secrets.js';
import { settle } from './settle.js';
import { createRunFolder } from './stack/folder.js';
import { startStack } from './stack/stack.js';
import { createTenants } from './stack/tenants.js';

/** One harm per so many milliseconds. */
const HARM_EVERY_MS = 2_500;

const sqlOf =
  (url: string): Sql =>
  <R extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    withConnection(url, async (client) => (await client.query<R>(text, values)).rows);

/**
 * Runs inputs and chaos against a stack of its own, lets it come to rest, and checks every invariant that can be seen from
 * outside. Violations are in the report; what is thrown is a mistake of the run itself.
 */
export async function runTorture(options: TortureOptions): Promise<TortureReport> {
  const { seed, say } = options;
  const begun = performance.now();
  const runFolder = createRunFolder({ keepIt: options.keep });
  const folder = runFolder.path;
  const journalFile = join(folder, 'journal.log');
  const journal = createJournal(journalFile, say, options.verbose);
  const secrets = createSecretWatch();
  const violations: Violation[] = [];
  const checked: Record<string, number> = {};
  const giveUp = new AbortController();
  const closers: (() => Promise<unknown>)[] = [];
  const later = <T extends { close(): Promise<void> }>(it: T): T => {
    closers.push(() => it.close());
    return it;
  };
  try {
    let harmful = false;
    const receiver = later(await startReceiver(seed, secrets));
    const stack = await startStack({
      options,
      folder,
      journal,
      secrets,
      failpoints: (kind, name, life) => {
        if (options.focus !== undefined) return options.focus.failpoints(kind, life);
        return options.kills && harmful ? drawFailpoints(seed, kind, name, life) : '';
      },
      onUnexplainedEnd: (what) => violate({ violations, journal }, 'engine', what),
    });
    closers.push(() => stack.stop());
    const ask = createAsk(secrets);
    const simulator = createSimulator(stack.simulatorUrl);
    const tenants = await createTenants({
      stack,
      seed,
      organizations: options.organizations,
      ask,
      secrets,
      receiverUrl: receiver.url,
      signal: giveUp.signal,
    });
    const sql = sqlOf(stack.databaseUrl);
    const durationMs = options.minutes * 60_000;
    const readers = tenants.flatMap((tenant, at) =>
      READERS.map((kind, number) =>
        later(
          startFeedReader(ask, journal, {
            ...kind,
            name: `reader ${number + 1} of organisation ${at + 1}`,
            apiUrl: stack.apiUrl,
            apiKey: tenant.apiKey,
            startAfterMs: number === 1 ? durationMs / 2 : 0,
            seed,
          }),
        ),
      ),
    );
    const webhooks = later(recordWebhooks(simulator));
    const setUpMs = performance.now() - begun;
    say(`set up in ${Math.round(setUpMs / 1_000)} s, in ${folder}`);

    const faults = options.faults ? await faultKinds(simulator) : [];
    const inputsBegun = performance.now();
    harmful = options.kills;
    const plans = planItems({ seed, items: options.items, durationMs, organizations: options.organizations });
    const chaos = options.kills
      ? planChaos({
          seed,
          durationMs,
          parts: stack.parts.map(({ name }) => name),
          relays: stack.relays.length,
          everyMs: HARM_EVERY_MS,
        })
      : [];
    const acting: ActionDeps = {
      simulator,
      faults,
      journal,
      onUnexpected: (item, what) => violate({ violations, journal }, 'engine', `${item.subject}: ${what}`),
    };
    // What is killed, stopped or cut off leaves its transactions idle as well.
    if (!options.kills) later(watchIdleTransactions({ violations, journal, checked }, sql));
    const [items] = await Promise.all([
      options.focus === undefined
        ? drive({ ...acting, tenants, begunAt: inputsBegun }, plans)
        : options.focus.play({ ...acting, tenants, sql }),
      rage(stack, journal, chaos, inputsBegun),
    ]);
    harmful = false;
    const inputsMs = performance.now() - inputsBegun;
    say(`inputs ended after ${Math.round(inputsMs / 1_000)} s`);

    const connection = later(
      await Connection.connect({ address: stack.temporalAddress, connectTimeout: 60_000 }),
    );
    const context: CheckContext = {
      options,
      stack,
      simulator,
      world: { tenants, items },
      journal,
      ask,
      readers,
      receiver,
      webhooks,
      secrets,
      sql,
      temporal: new Client({ connection }),
      violations,
      checked,
    };
    const { quietMs, checksMs } = await settle(context);
    const counts = journal.counts();
    const killed = Object.fromEntries(
      Object.entries(counts).flatMap(([what, n]) => (what.startsWith('killed ') ? [[what.slice(7), n]] : [])),
    );
    checked['changes read by readers'] = readers.reduce((sum, reader) => sum + reader.changes(), 0);
    return {
      seed,
      passed: violations.length === 0,
      minutes: options.minutes,
      items: options.items,
      temporal: options.temporal,
      kills: options.kills,
      tookMs: { setUp: setUpMs, inputs: inputsMs, quiet: quietMs, checks: checksMs },
      killed,
      counts: Object.fromEntries(Object.entries(counts).filter(([what]) => !what.startsWith('killed '))),
      faults: await firedByKind(simulator),
      checked,
      violations,
      journalFile: options.keep ? journalFile : null,
    };
  } finally {
    giveUp.abort();
    for (const close of closers.reverse()) await close();
    runFolder.remove();
  }
}
