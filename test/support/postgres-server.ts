import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../local/port.js';
import { type PostgresServer, startPostgres, withConnection } from '../../local/postgres/server.js';
import {
  isTraversable,
  traversableFolder,
  unprivilegedUser,
} from '../../local/postgres/unprivileged-user.js';
import { migrate } from '../../src/db/migrate.js';

const TEMPLATE = 'ardea_template';

/** The run's one PostgreSQL, started by the first test file that asks for a database. */
export interface TestPostgresServer {
  createDatabase(options: { migrated: boolean }): Promise<string>;
  dropDatabase(url: string): Promise<void>;
  stop(): Promise<void>;
}

const start = async (): Promise<PostgresServer> => {
  const user = unprivilegedUser();
  const base = user === undefined || isTraversable(tmpdir(), user) ? tmpdir() : traversableFolder(user);
  const folder = mkdtempSync(join(base, 'ardea-test-postgres-'));
  if (user !== undefined) chmodSync(folder, 0o711);
  return startPostgres({
    dataFolder: join(folder, 'data'),
    logFile: join(folder, 'postgres.log'),
    port: await freePort(),
    password: randomBytes(16).toString('hex'),
    durable: false,
    sharedBuffers: '64MB',
    removeAfter: folder,
  });
};

const admin = async (server: PostgresServer, statement: string): Promise<void> => {
  await withConnection(server.url('postgres'), (client) => client.query(statement));
};

const createTemplate = async (server: PostgresServer): Promise<void> => {
  await admin(server, `create database ${TEMPLATE}`);
  await migrate(server.url(TEMPLATE));
};

export const createTestPostgresServer = (): TestPostgresServer => {
  let started: Promise<PostgresServer> | undefined;
  let template: Promise<void> | undefined;
  // `create database … template` fails while another one copies the same template.
  let copying: Promise<void> = Promise.resolve();

  const createDatabase = async ({ migrated }: { migrated: boolean }): Promise<string> => {
    const server = await (started ??= start());
    const name = `test_${randomBytes(6).toString('hex')}`;
    if (!migrated) {
      await admin(server, `create database ${name}`);
      return server.url(name);
    }
    await (template ??= createTemplate(server));
    const copied = copying.then(() =>
      admin(server, `create database ${name} template ${TEMPLATE} strategy file_copy`),
    );
    copying = copied.catch(() => undefined);
    await copied;
    return server.url(name);
  };

  return {
    createDatabase,
    async dropDatabase(url) {
      const server = await (started ??= start());
      await admin(server, `drop database if exists ${new URL(url).pathname.slice(1)} with (force)`);
    },
    async stop() {
      await (await started?.catch(() => undefined))?.stop();
    },
  };
};
