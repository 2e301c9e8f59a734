import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { VARIABLES, type VariableName } from '../../../src/config/variables.js';

const compose = readFileSync('docker-compose.yml', 'utf8');

/** Variables that are not for the operator to set there: each with its reason. */
const NOT_PASSED: Partial<Record<VariableName, string>> = {
  DATABASE_URL: 'made from POSTGRES_PASSWORD',
  TEMPORAL_ADDRESS: 'the Temporal of the file',
  HOST: 'of the container',
  WORKER_HOST: 'of the container',
  PORT: 'of the container; as a variable of the file it is the published port',
  WORKER_PORT: 'of the container',
  FAILPOINTS: 'for tests only',
  ARDEA_SUPERVISED: 'set by npm start',
};

/** What the file sets by itself: its container's port is not the published one. */
const OWN_DEFAULTS: Partial<Record<VariableName, string>> = {
  PUBLIC_URL: 'http://localhost:3000',
  TEMPORAL_UI_URL: 'http://localhost:8233',
};

it('passes every variable on, with no default but the one of the programs', () => {
  const variables: [string, { fallback?: string }][] = Object.entries(VARIABLES);
  const wrong = variables.flatMap(([name, { fallback }]) => {
    if (name in NOT_PASSED) return [];
    const passed = new RegExp(`^ {2,6}${name}: \\$\\{${name}:(?:-(.*)|\\?.+)\\}$`, 'm').exec(compose);
    // An empty one counts as unset, so the program's default holds.
    const allowed = [undefined, '', fallback, OWN_DEFAULTS[name as VariableName]];
    return passed !== null && allowed.includes(passed[1]) ? [] : [name];
  });
  expect(wrong).toEqual([]);
});
