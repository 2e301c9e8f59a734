import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileSimulator, runProgram } from './support/program.js';
import { controlFor, linkItem, newReader, readUpdate, sdkFor } from './support/sdk.js';
import { startReceiver } from './support/webhook-receiver.js';

let program: ReturnType<typeof compileSimulator>;
let folder: string;
const started: ReturnType<typeof runProgram>[] = [];
beforeAll(() => {
  program = compileSimulator();
});
afterAll(() => program.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ardea-simulator-data-'));
});
afterEach(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.splice(0).map(({ stopped }) => stopped));
  rmSync(folder, { recursive: true });
});

const start = (env: Record<string, string> = {}) => {
  const run = runProgram(program.main, { SIMULATOR_PORT: '0', ...env });
  started.push(run);
  return run;
};

describe('the simulator as a program', () => {
  it('prints its address, answers /healthz and ends gracefully on SIGTERM', async () => {
    const { listening, child, stopped } = start();
    const url = await listening;
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
    child.kill('SIGTERM');
    expect(await stopped).toEqual({ code: 0, signal: null });
  });

  it('ends when its stdin closes, if it is supervised', async () => {
    const { listening, child, stopped } = start({ ARDEA_SUPERVISED: '1' });
    await listening;
    child.stdin.end();
    expect(await stopped).toEqual({ code: 0, signal: null });
  });

  it('names SIMULATOR_PORT in one line when the port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = (server.address() as AddressInfo).port;
    const { stopped, output } = start({ SIMULATOR_PORT: String(port) });
    expect((await stopped).code).toBe(1);
    expect(output.stderr).toBe(
      `simulator: port ${port} on 127.0.0.1 is taken; set SIMULATOR_PORT to another one\n`,
    );
    await new Promise((resolve) => server.close(resolve));
  });

  it('names a variable that it cannot use', async () => {
    for (const [name, value] of [
      ['SIMULATOR_PORT', 'http'],
      ['SIMULATOR_CLIENTS', 'nosecret'],
      ['SIMULATOR_INITIAL_DELAY', 'soon'],
    ] as const) {
      const { stopped, output } = start({ [name]: value });
      expect((await stopped).code).toBe(1);
      expect(output.stderr).toContain(`simulator: ${name}`);
    }
  });

  it('has everything again after SIGKILL: Items, cursors, keys, the clock and undelivered webhooks', async () => {
    const receiver = await startReceiver();
    receiver.answerWith(500);
    const env = {
      SIMULATOR_DATA_DIR: folder,
      SIMULATOR_INITIAL_DELAY: '0',
      SIMULATOR_HISTORICAL_DELAY: '0',
      SIMULATOR_LOGIN_EXPIRES: '0',
    };
    const first = start(env);
    let url = await first.listening;
    const { accessToken, itemId } = await linkItem({ sdk: sdkFor(url) }, { webhook: receiver.url });
    await controlFor(url)('POST', '/clock/advance', { by: '1s' });
    const reader = newReader();
    await readUpdate(sdkFor(url), accessToken, reader);
    expect(reader.rows.size).toBeGreaterThan(100);
    await controlFor(url)('POST', '/clock/advance', { by: '2h' });
    const { clock } = (await controlFor(url)<{ clock: { now: string } }>('POST', '/clock/freeze')).body;
    expect(Date.parse(clock.now)).toBeGreaterThan(Date.now() + 7_000_000);
    await controlFor(url)('POST', `/items/${itemId}/transactions`, { amount: '123456789012345678.1234567' });
    const truth = (await controlFor(url)('GET', `/items/${itemId}`)).text;
    const keys = (await controlFor(url)('GET', '/keys')).text;
    first.child.kill('SIGKILL');
    await first.stopped;
    // A line that the process died over, and a group of changes that was never finished.
    appendFileSync(
      join(folder, 'journal.jsonl'),
      '{"kind":"begin"}\n{"kind":"client","clientId":"x","secret":"y"}\n{"kind":"it',
    );

    const second = start(env);
    url = await second.listening;
    expect((await controlFor(url)('GET', `/items/${itemId}`)).text).toBe(truth);
    expect((await controlFor(url)('GET', '/keys')).text).toBe(keys);
    const world = await controlFor(url)<{ clock: { now: string; frozen: boolean }; clients: string[] }>(
      'GET',
      '/',
    );
    expect(world.body.clock).toMatchObject({ now: clock.now, frozen: true });
    expect(world.body.clients).toEqual(['ardea_simulator_client']);
    const [page] = await readUpdate(sdkFor(url), accessToken, reader);
    expect(page?.added).toHaveLength(1);
    receiver.answerWith(200);
    await controlFor(url)('POST', '/clock/advance', { by: '1d' });
    const { webhooks } = (await controlFor(url)<{ webhooks: { state: string }[] }>('GET', '/webhooks')).body;
    expect(webhooks.length).toBeGreaterThan(1);
    expect(webhooks.every(({ state }) => state === 'delivered')).toBe(true);
    // What is linked from here on has ids of its own.
    expect((await linkItem({ sdk: sdkFor(url) })).itemId).not.toBe(itemId);
    await receiver.close();
  });
});
