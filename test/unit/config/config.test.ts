import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, loadDatabaseConfig, VARIABLES } from '../../../src/config/index.js';

const key = randomBytes(32).toString('base64');
const env = (changes: Record<string, string | undefined> = {}): Record<string, string | undefined> => ({
  DATABASE_URL: 'postgres://localhost/ardea',
  TEMPORAL_ADDRESS: 'localhost:7233',
  ENCRYPTION_KEYS: `main:${key}`,
  ...changes,
});

const problem = (changes: Record<string, string | undefined>): string => {
  try {
    loadConfig(env(changes));
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
};

describe('loadConfig', () => {
  it('fills in defaults, with durations in milliseconds', () => {
    expect(loadConfig(env())).toMatchObject({
      PORT: 3000,
      PUBLIC_URL: 'http://localhost:3000',
      RECONCILE_INTERVAL: 6 * 3_600_000,
      SIGNAL_DEADLINE: 500,
      PLAID_ALLOWED_BASE_URLS: [],
      ARDEA_SUPERVISED: false,
      BOOTSTRAP_ORGANIZATION: 'Default',
    });
  });

  it('reads what is given', () => {
    const config = loadConfig(
      env({
        PORT: '8080',
        PUBLIC_URL: 'https://ardea.example/',
        PLAID_ALLOWED_BASE_URLS: 'http://localhost:3002/, https://plaid.example',
        PROBE_INTERVAL: '90m',
        ARDEA_SUPERVISED: '1',
        ENCRYPTION_KEYS: `new:${key},old:${key}`,
      }),
    );
    expect(config.PUBLIC_URL).toBe('https://ardea.example');
    expect(config.PLAID_ALLOWED_BASE_URLS).toEqual(['http://localhost:3002', 'https://plaid.example']);
    expect(config.PROBE_INTERVAL).toBe(90 * 60_000);
    expect(config.ARDEA_SUPERVISED).toBe(true);
    expect(config.ENCRYPTION_KEYS.map((one) => one.id)).toEqual(['new', 'old']);
  });

  it('takes an empty variable as unset', () => {
    expect(loadConfig(env({ PORT: '', PUBLIC_URL: '' })).PORT).toBe(3000);
  });

  it('names everything that is missing or malformed at once', () => {
    const message = problem({
      DATABASE_URL: undefined,
      TEMPORAL_ADDRESS: '',
      PORT: '99999',
      SWEEP_INTERVAL: '15',
    });
    for (const name of [
      'DATABASE_URL is not set',
      'TEMPORAL_ADDRESS is not set',
      'PORT must',
      'SWEEP_INTERVAL must',
    ])
      expect(message).toContain(name);
  });

  it.each([
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['TEMPORAL_ADDRESS', 'http://localhost:7233'],
    ['ENCRYPTION_KEYS', 'main:c2hvcnQ='],
    ['ENCRYPTION_KEYS', `a:${key},a:${key}`],
    ['PUBLIC_URL', 'ftp://example'],
    ['PLAID_ALLOWED_BASE_URLS', 'localhost:3002'],
    ['BOOTSTRAP_API_KEY', 'key_short'],
    ['BOOTSTRAP_ADMIN_PASSWORD', 'short'],
    ['LOG_LEVEL', 'loud'],
    ['ARDEA_SUPERVISED', 'maybe'],
  ])('refuses %s=%s and does not repeat key material', (name, value) => {
    const message = problem({ [name]: value });
    expect(message).toContain(name);
    if (name === 'ENCRYPTION_KEYS') expect(message).not.toContain(value.split(':')[1]);
  });

  it('documents every variable', () => {
    for (const [name, { doc }] of Object.entries(VARIABLES)) expect(doc.length, name).toBeGreaterThan(10);
  });
});

describe('loadDatabaseConfig', () => {
  it('needs nothing but the database', () => {
    expect(loadDatabaseConfig({ DATABASE_URL: 'postgres://localhost/x' }).LOG_LEVEL).toBe('info');
    expect(() => loadDatabaseConfig({})).toThrow(ConfigError);
  });
});
