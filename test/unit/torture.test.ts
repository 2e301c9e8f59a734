import { readFileSync } from 'node:fs';
import net from 'node:net';
import { once } from 'node:events';
import { LosslessNumber, parse } from 'lossless-json';
import { describe, expect, it } from 'vitest';
import { FAILPOINT_NAMES, failpoints } from '../../src/config/failpoints.js';
import { drawFailpoints, planChaos } from '../../torture/chaos/plan.js';
import { canonical, canonicalNumber, negated } from '../../torture/check/canonical.js';
import { compareRows, type StoredRow } from '../../torture/check/rows.js';
import { planItems } from '../../torture/driver/plan.js';
import type { PlaidRow } from '../../torture/driver/simulator.js';
import { createSecretWatch } from '../../torture/secrets.js';
import { startRelay } from '../../torture/stack/relay.js';
import { eventually } from '../support/eventually.js';

const plan = (seed: number) => planItems({ seed, items: 12, durationMs: 60_000, organizations: 3 });

describe('the seed', () => {
  it('repeats every input and every kill point, and another one does not', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
    const chaos = {
      durationMs: 60_000,
      parts: ['postgres', 'temporal', 'api-1', 'worker-1'],
      relays: 6,
      everyMs: 3_000,
    };
    expect(planChaos({ ...chaos, seed: 7 })).toEqual(planChaos({ ...chaos, seed: 7 }));
    expect(drawFailpoints(7, 'worker', 'worker-1', 3)).toBe(drawFailpoints(7, 'worker', 'worker-1', 3));
  });

  it('draws failpoints that the product has, every one of them, and the documentation names each', () => {
    const drawn = new Set<string>();
    for (let life = 1; life < 400; life++)
      for (const kind of ['worker', 'api'] as const)
        for (const { name } of failpoints.parse(drawFailpoints(1, kind, `${kind}-1`, life))) drawn.add(name);
    expect([...drawn].sort()).toEqual([...FAILPOINT_NAMES].sort());
    const page = readFileSync('docs/reliability.md', 'utf8');
    expect(FAILPOINT_NAMES.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('kills each kind of process in the shortest run', () => {
    const parts = ['postgres', 'temporal', 'api-1', 'api-2', 'worker-1', 'worker-2'];
    const killed = planChaos({ seed: 1, durationMs: 10_000, parts, relays: 9, everyMs: 3_000 }).flatMap(
      ({ harm }) => (harm.kind === 'kill' ? [harm.part.split('-')[0]] : []),
    );
    expect(new Set(killed)).toEqual(new Set(['postgres', 'temporal', 'api', 'worker']));
  });
});

describe('what is compared', () => {
  it.each([
    ['1.50', '1.5'],
    ['-0.00', '0'],
    ['1e3', '1000'],
    ['12.5e-3', '0.0125'],
    ['123456789012345678.1234567', '123456789012345678.1234567'],
    ['007.10', '7.1'],
  ])('%s is %s', (text, value) => {
    expect(canonicalNumber(text)).toBe(value);
  });

  it('turns a sign, but not that of zero', () => {
    expect([negated('0'), negated('1.5'), negated('-1.5')]).toEqual(['0', '-1.5', '1.5']);
  });

  it('knows no order of keys', () => {
    expect(canonical(parse('{"b": [1.0, null], "a": "x"}'))).toBe(canonical(parse('{"a":"x","b":[1,null]}')));
  });

  const bank = (id: string, amount: string): PlaidRow => ({
    transaction_id: id,
    account_id: 'acc',
    pending: false,
    amount: new LosslessNumber(amount),
  });
  const stored = (id: string, amount: string): StoredRow => ({
    id,
    reference_id: id,
    account_id: 'acc',
    amount: negated(amount),
    date: null,
    description: null,
    pending: false,
    pending_reference_id: null,
    plaid: `{"transaction_id": "${id}", "account_id": "acc", "pending": false, "amount": ${amount}}`,
  });

  it('finds what is missing, invented or different by one digit', () => {
    const truth = [bank('a', '1'), bank('b', '123456789012345678.1234567')];
    expect(compareRows([stored('a', '1'), stored('b', '123456789012345678.1234567')], truth)).toBe(null);
    expect(compareRows([stored('a', '1')], truth)).toMatchObject({ transactionId: 'b', what: 'is missing' });
    expect(
      compareRows(
        [...truth.map((row) => stored(row.transaction_id, String(row['amount']))), stored('c', '1')],
        truth,
      ),
    ).toMatchObject({
      transactionId: 'c',
      invariant: 'I1',
    });
    expect(compareRows([stored('a', '1'), stored('b', '123456789012345678.1234568')], truth)).toMatchObject({
      transactionId: 'b',
      invariant: 'I9',
    });
  });

  it('finds a secret and does not repeat it', () => {
    const watch = createSecretWatch();
    watch.add('an encryption key');
    watch.search('a log', 'token access-sandbox-0123abcd-ef01 and an encryption key');
    expect(watch.found()).toHaveLength(2);
    expect(watch.found().join()).not.toContain('0123abcd-ef01');
    watch.search('another log', 'nothing');
    expect(watch.found()).toHaveLength(2);
  });
});

describe('the relay', () => {
  it('passes bytes on, holds them up without losing any, and cuts', async () => {
    const echo = net.createServer((socket) => socket.pipe(socket).on('error', () => undefined));
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const relay = await startRelay('to echo', [1, (echo.address() as net.AddressInfo).port]);
    const client = net.connect(relay.port, '127.0.0.1');
    let heard = '';
    let closed = false;
    client.setEncoding('utf8').on('data', (text: string) => (heard += text));
    client.on('error', () => undefined).on('close', () => (closed = true));
    client.write('one ');
    await eventually('an echo', () => heard === 'one ');
    relay.stall(300);
    client.write('two');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(heard).toBe('one ');
    await eventually('the rest', () => heard === 'one two');
    expect(relay.connections()).toBe(1);
    expect(relay.cut()).toBe(1);
    await eventually('the end', () => closed);
    await relay.close();
    echo.close();
  });
});
