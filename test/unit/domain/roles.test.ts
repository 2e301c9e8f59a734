import { expect, it } from 'vitest';
import { mayAct, ROLES } from '../../../src/domain/roles.js';

it('lets each role do what the lesser ones may, and nothing more', () => {
  const allowed = ROLES.flatMap((has) =>
    ROLES.filter((takes) => mayAct(has, takes)).map((takes) => [has, takes]),
  );
  expect(allowed).toEqual([
    ['read_only', 'read_only'],
    ['member', 'read_only'],
    ['member', 'member'],
    ['admin', 'read_only'],
    ['admin', 'member'],
    ['admin', 'admin'],
  ]);
});
