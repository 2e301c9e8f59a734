import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { LocalConfig } from './config.js';

/** What one machine's stack needs to keep to itself; generated once into the data folder. */
export interface Secrets {
  postgresPassword: string;
  /** As ENCRYPTION_KEYS. */
  encryptionKeys: string;
  /** As BOOTSTRAP_API_KEY. */
  apiKey: string;
  adminEmail: string;
  adminPassword: string;
}

const generate = (): Secrets => ({
  postgresPassword: randomBytes(24).toString('base64url'),
  encryptionKeys: `local-1:${randomBytes(32).toString('base64')}`,
  apiKey: `key_${randomBytes(24).toString('hex')}`,
  adminEmail: 'admin@ardea.localhost',
  adminPassword: randomBytes(12).toString('base64url'),
});

/** Puts a file in place whole, unless another starter was faster. */
const writeOnce = (file: string, text: string): void => {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
};

/**
 * The secrets of the data folder, generated at its first use (0600), with those that the environment sets in their place.
 * @throws when they are gone but data that they belong to is there
 */
export const readSecrets = (file: string, config: LocalConfig, hasData: boolean): Secrets => {
  if (!existsSync(file)) {
    if (hasData) {
      throw new Error(
        `${file} is missing, and the data beside it cannot be read without the keys in it. ` +
          'Restore the file, or move the data folder away to start empty.',
      );
    }
    writeOnce(file, `${JSON.stringify(generate(), null, 2)}\n`);
  }
  const kept = JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  return {
    postgresPassword: kept.postgresPassword,
    encryptionKeys: config.encryptionKeys ?? kept.encryptionKeys,
    apiKey: config.apiKey ?? kept.apiKey,
    adminEmail: config.adminEmail ?? kept.adminEmail,
    adminPassword: config.adminPassword ?? kept.adminPassword,
  };
};
