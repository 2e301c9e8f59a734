import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLocalConfig } from '../../local/config.js';
import { openDataFolder } from '../../local/data-folder.js';
import { readSecrets } from '../../local/secrets.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const CONFIG = {
  ...readLocalConfig(),
  encryptionKeys: undefined,
  apiKey: undefined,
  adminEmail: undefined,
  adminPassword: undefined,
};

describe('the data folder', () => {
  it('keeps its parts to the owner, whatever the umask', () => {
    const root = join(temporaryFolder(), 'data');
    const before = process.umask(0);
    openDataFolder(root);
    process.umask(before);
    expect(statSync(root).mode & 0o066).toBe(0); // nobody else lists it; as root PostgreSQL's account may pass through
    for (const part of ['logs', 'run', 'temporal', 'simulator'])
      expect(statSync(join(root, part)).mode & 0o777).toBe(0o700);
  });
});

describe('the secrets', () => {
  it('are generated once, in the shapes that the programs take, readable by the owner only', () => {
    const file = join(temporaryFolder(), 'secrets.json');
    const first = readSecrets(file, CONFIG, false);
    expect(readSecrets(file, CONFIG, true)).toEqual(first);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(first.apiKey).toMatch(/^key_[0-9a-f]{48}$/);
    expect(Buffer.from(first.encryptionKeys.split(':')[1] ?? '', 'base64')).toHaveLength(32);
    expect(first.adminPassword.length).toBeGreaterThanOrEqual(12);
  });

  it('give way to the environment without being overwritten', () => {
    const file = join(temporaryFolder(), 'secrets.json');
    const generated = readSecrets(file, CONFIG, false);
    const own = `key_${'ab'.repeat(24)}`;
    expect(readSecrets(file, { ...CONFIG, apiKey: own }, true)).toEqual({ ...generated, apiKey: own });
    expect(readFileSync(file, 'utf8')).not.toContain(own);
  });

  it('are not replaced by fresh ones when data is there that needs the old ones', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'postgres'));
    const file = join(folder, 'secrets.json');
    readSecrets(file, CONFIG, false);
    rmSync(file);
    expect(() => readSecrets(file, CONFIG, true)).toThrow(/is missing/);
  });
});
