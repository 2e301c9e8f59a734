import { beforeEach, expect, it } from 'vitest';
import { createCircuit, type Circuit } from '../../../src/temporal/circuit.js';

let now: number;
let circuit: Circuit;
beforeEach(() => {
  now = 0;
  circuit = createCircuit({ failuresToOpen: 2, firstPauseMs: 100, longestPauseMs: 300, now: () => now });
});
const fail = (): void => {
  circuit.started();
  circuit.failed();
};

it('opens after failures in a row only', () => {
  fail();
  circuit.started();
  circuit.succeeded();
  fail();
  expect(circuit.waitMs()).toBe(0);
  fail();
  expect(circuit.isOpen()).toBe(true);
  expect(circuit.waitMs()).toBe(100);
});

it('lets one trial through after the pause, and doubles the pause up to its bound', () => {
  fail();
  fail();
  now = 60;
  expect(circuit.waitMs()).toBe(40);
  for (const pause of [200, 300, 300]) {
    now += 1_000;
    expect(circuit.waitMs()).toBe(0);
    circuit.started();
    expect(circuit.waitMs()).toBe(Infinity);
    circuit.failed();
    expect(circuit.waitMs()).toBe(pause);
  }
  now += 1_000;
  circuit.started();
  circuit.succeeded();
  expect(circuit.isOpen()).toBe(false);
  fail();
  fail();
  expect(circuit.waitMs()).toBe(100);
});

it('does not lengthen the pause for calls that began before it opened', () => {
  for (let i = 0; i < 5; i++) circuit.started();
  for (let i = 0; i < 5; i++) circuit.failed();
  expect(circuit.waitMs()).toBe(100);
});
