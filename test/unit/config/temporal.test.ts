import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/index.js';
import { loadTemporalConfig } from '../../../src/config/temporal.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ardea-test-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('reads address and namespace, and leaves TLS off', () => {
  expect(loadTemporalConfig({ TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_NAMESPACE: 'ns' })).toEqual({
    namespace: 'ns',
    connectionOptions: { address: 'temporal:7233' },
  });
});

it('takes empty variables for unset', () => {
  expect(
    loadTemporalConfig({ TEMPORAL_ADDRESS: 'a:1', TEMPORAL_NAMESPACE: '', TEMPORAL_API_KEY: '' }),
  ).toMatchObject({ namespace: 'default', connectionOptions: { apiKey: undefined } });
});

it('turns TLS on for an API key', () => {
  expect(
    loadTemporalConfig({ TEMPORAL_ADDRESS: 'a:1', TEMPORAL_API_KEY: 'k' }).connectionOptions,
  ).toMatchObject({
    apiKey: 'k',
    tls: true,
  });
});

it('reads certificates', () => {
  const path = join(folder, 'client.pem');
  writeFileSync(path, 'certificate');
  const { connectionOptions } = loadTemporalConfig({
    TEMPORAL_ADDRESS: 'a:1',
    TEMPORAL_TLS_CLIENT_CERT_PATH: path,
    TEMPORAL_TLS_CLIENT_KEY_DATA: 'key',
    TEMPORAL_TLS_SERVER_NAME: 'name',
  });
  expect(connectionOptions.tls).toMatchObject({
    serverNameOverride: 'name',
    clientCertPair: { crt: new TextEncoder().encode('certificate'), key: new TextEncoder().encode('key') },
  });
});

it('reads a profile only when it is asked to, not the one in the home folder', () => {
  mkdirSync(join(folder, 'temporalio'));
  const path = join(folder, 'temporalio', 'temporal.toml');
  writeFileSync(path, '[profile.default]\naddress = "from-file:1"\napi_key = "from-file"\n');
  const env = { TEMPORAL_ADDRESS: 'a:1', XDG_CONFIG_HOME: folder };
  expect(loadTemporalConfig(env).connectionOptions.apiKey).toBeUndefined();
  const { connectionOptions } = loadTemporalConfig({ ...env, TEMPORAL_CONFIG_FILE: path });
  expect(connectionOptions).toMatchObject({ address: 'a:1', apiKey: 'from-file' });
});

it('names what it cannot read, never what it holds', () => {
  expect(() =>
    loadTemporalConfig({
      TEMPORAL_ADDRESS: 'a:1',
      TEMPORAL_TLS_CLIENT_CERT_PATH: join(folder, 'absent.pem'),
    }),
  ).toThrow(ConfigError);
  const path = join(folder, 'broken.toml');
  writeFileSync(path, 'api_key = secret-value');
  const load = (): unknown => loadTemporalConfig({ TEMPORAL_CONFIG_FILE: path });
  expect(load).toThrow(ConfigError);
  expect(load).not.toThrow(/secret-value/);
});
