import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../../src/logger.js';
import { createTemporalClient } from '../../../src/temporal/connection.js';
import { createSignalQueue, type SignalQueueDeps } from '../../../src/temporal/signal-queue.js';
import { createSignalSender, type SignalSender } from '../../../src/temporal/signal-sender.js';

const logger = createLogger('test', 'silent');
const row = (id: string) => ({ id, organizationId: 'org' });
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const DEFAULTS = {
  logger,
  deadlineMs: 200,
  staleAfterMs: 10_000,
  circuit: { failuresToOpen: 2, firstPauseMs: 100, longestPauseMs: 200 },
};

const queueTo = (sender: SignalSender, over: Partial<SignalQueueDeps> = {}) => {
  const queue = createSignalQueue({ ...DEFAULTS, sender, ...over });
  closing.push(() => queue.close());
  return queue;
};

/** A sender whose calls end when the test says so. */
const manualSender = () => {
  const calls: { call: string; resolve(): void; reject(error: Error): void }[] = [];
  const call = (name: string): Promise<void> =>
    new Promise((resolve, reject) => calls.push({ call: name, resolve, reject }));
  const sender: SignalSender = {
    look: ({ id }) => call(`look/${id}`),
    forward: ({ id }) => call(`forward/${id}`),
    audit: ({ kind, id }) => call(`audit/${kind}/${id}`),
  };
  return { calls, sender };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the queue', () => {
  it('calls nobody before its caller has gone on', async () => {
    const { calls, sender } = manualSender();
    const queue = queueTo(sender);
    queue.look(row('a'));
    expect(calls).toEqual([]);
    await turn();
    expect(calls.map(({ call }) => call)).toEqual(['look/a']);
    calls[0]!.resolve();
    await queue.drained();
    expect(queue.counts()).toMatchObject({ taken: 1, delivered: 1, failed: 0 });
  });

  it('joins signals of one Item that wait, not the one under way: it may have been looked at already', async () => {
    const { calls, sender } = manualSender();
    const queue = queueTo(sender, { concurrency: 1 });
    queue.look(row('a'));
    queue.look(row('a'));
    queue.forward(row('a'));
    await turn();
    queue.look(row('a'));
    queue.look(row('a'));
    expect(queue.counts()).toMatchObject({ taken: 3, coalesced: 2 });
    for (let i = 0; i < 3; i++) {
      await vi.waitFor(() => expect(calls).toHaveLength(i + 1));
      calls[i]!.resolve();
    }
    await queue.drained();
    expect(calls.map(({ call }) => call)).toEqual(['look/a', 'forward/a', 'look/a']);
  });

  it('has some calls under way at once, never more', async () => {
    const { calls, sender } = manualSender();
    const queue = queueTo(sender, { concurrency: 3 });
    for (let i = 0; i < 10; i++) queue.look(row(String(i)));
    await turn();
    for (let done = 0; done < 10; done++) {
      expect(calls).toHaveLength(Math.min(3 + done, 10));
      calls[done]!.resolve();
      await turn();
    }
    await queue.drained();
    expect(queue.counts().delivered).toBe(10);
  });

  it('drops what exceeds its capacity', async () => {
    const { calls, sender } = manualSender();
    const queue = queueTo(sender, { capacity: 4 });
    for (let i = 0; i < 10; i++) queue.look(row(String(i)));
    expect(queue.counts()).toMatchObject({ taken: 4, dropped: 6 });
    expect(queue.size()).toBe(4);
    await turn();
    for (const { resolve } of calls) resolve();
    await queue.drained();
  });

  it('does not wait for a call that ignores its deadline', async () => {
    const { sender } = manualSender();
    const queue = queueTo(sender, { deadlineMs: 40 });
    queue.look(row('a'));
    await queue.drained();
    expect(queue.counts()).toMatchObject({ failed: 1 });
  });

  it('survives a sender that throws at once', async () => {
    const broken = (): never => {
      throw new Error('broken');
    };
    const queue = queueTo({ look: broken, forward: broken, audit: broken });
    queue.look(row('a'));
    queue.forward(row('b'));
    await queue.drained();
    expect(queue.counts()).toMatchObject({ failed: 2 });
  });
});

describe('while Temporal is away', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tries once per pause instead of once per signal, and goes on when it is back', async () => {
    let away = true;
    let tried = 0;
    const answer = async (): Promise<void> => {
      tried += 1;
      if (away) throw new Error('away');
    };
    const queue = queueTo({ look: answer, forward: answer, audit: answer }, { concurrency: 1 });
    for (let i = 0; i < 500; i++) queue.look(row(String(i)));
    // Two that open the circuit, then one after 100 ms and one after another 200.
    await vi.advanceTimersByTimeAsync(350);
    expect(tried).toBe(4);
    const failed = tried;
    away = false;
    await vi.runAllTimersAsync();
    await queue.drained();
    expect(queue.counts()).toMatchObject({ taken: 500, failed, delivered: 500 - failed });
  });

  it('leaves to the sweep what has waited as long as the sweep waits', async () => {
    let away = true;
    const answer = async (): Promise<void> => {
      if (away) throw new Error('away');
    };
    const queue = queueTo(
      { look: answer, forward: answer, audit: answer },
      { concurrency: 1, staleAfterMs: 50 },
    );
    for (let i = 0; i < 10; i++) queue.look(row(String(i)));
    await vi.runAllTimersAsync();
    await queue.drained();
    away = false;
    expect(queue.counts()).toMatchObject({ failed: 2, expired: 8, delivered: 0 });
  });

  it('closes without waiting for its return', async () => {
    const away = async (): Promise<void> => {
      throw new Error('away');
    };
    const queue = createSignalQueue({ ...DEFAULTS, sender: { look: away, forward: away, audit: away } });
    for (let i = 0; i < 100; i++) queue.look(row(String(i)));
    // No time passes for the timers of the pauses.
    await queue.close();
    expect(queue.size()).toBe(0);
    queue.look(row('late'));
    const { taken, failed, dropped } = queue.counts();
    expect(failed + dropped).toBe(taken + 1);
  });
});

/** A port that nothing listens on. */
const refusedAddress = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `127.0.0.1:${port}`;
};

/** A server that takes connections and never says a word. */
const hungAddress = async (): Promise<string> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => undefined))).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe.each([
  ['a refused port', refusedAddress],
  ['a hung server', hungAddress],
])("through Temporal's client against %s", (_, makeAddress) => {
  it('fails within the deadline, keeps the caller free and closes at once', async () => {
    const deadlineMs = 300;
    const temporal = createTemporalClient({
      connectionOptions: { address: await makeAddress() },
      namespace: 'default',
    });
    closing.push(() => temporal.close());
    const sender = createSignalSender({ client: temporal.client, taskQueue: 'none', deadlineMs });

    const started = performance.now();
    await expect(sender.look(row('a'))).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(deadlineMs * 3);

    const queue = createSignalQueue({ ...DEFAULTS, sender, deadlineMs });
    const single = performance.now();
    queue.look(row('single'));
    await queue.drained();
    expect(performance.now() - single).toBeLessThan(deadlineMs * 1.7);
    const before = performance.now();
    for (let i = 0; i < 1_000; i++) queue.look(row(String(i)));
    expect(performance.now() - before).toBeLessThan(100);
    await vi.waitFor(() => expect(queue.counts().failed).toBeGreaterThanOrEqual(17), { timeout: 3_000 });
    const closed = performance.now();
    await queue.close();
    expect(performance.now() - closed).toBeLessThan(deadlineMs * 2);
    expect(queue.counts().delivered).toBe(0);
  });
});
