import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDataFolder } from '../../local/data-folder.js';
import { freePort } from '../../local/port.js';
import { type PostgresServer, startPostgres, withConnection } from '../../local/postgres/server.js';
import { isAlive } from '../../local/running-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const start = async (root: string): Promise<{ server: PostgresServer; dataFolder: string }> => {
  const data = openDataFolder(join(root, '.ardea'));
  const options = {
    dataFolder: data.postgres,
    logFile: data.logFile('postgres'),
    port: await freePort(),
    password: 'p@ss:word/1',
    durable: false,
  };
  const server = await startPostgres(options);
  onTestFinished(async () => {
    await server.stop();
    // As root the files lie outside the temporary folder, which PostgreSQL's account cannot enter.
    if (!data.postgres.startsWith(root)) rmSync(dirname(data.postgres), { recursive: true, force: true });
  });
  return { server, dataFolder: data.postgres };
};

const run = (server: PostgresServer, sql: string): Promise<unknown[]> =>
  withConnection(
    server.url('postgres'),
    async (client) => (await client.query<Record<string, unknown>>(sql)).rows,
  );

const postmasterPid = (dataFolder: string): number =>
  Number(readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);

describe('embedded PostgreSQL', () => {
  it('keeps its data in a checkout that only its owner can enter, and finds it again', async () => {
    const root = temporaryFolder('private'); // 0700, as below /root
    const first = await start(root);
    await run(first.server, 'create table kept as select 42 as answer');
    await first.server.stop();
    const second = await start(root);
    expect(second.dataFolder).toBe(first.dataFolder);
    expect(await run(second.server, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(statSync(second.dataFolder).mode & 0o777).toBe(0o700);
  });

  it('asks for its password and listens on loopback only', async () => {
    const { server } = await start(temporaryFolder());
    const wrong = server.url('postgres').replace(/:[^:@/]+@/, ':wrong@');
    await expect(withConnection(wrong, (client) => client.query('select 1'))).rejects.toThrow(/password/);
    expect(await run(server, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  });

  it('takes over from a predecessor whose keeper was killed and left the server running', async () => {
    const root = temporaryFolder();
    const first = await start(root);
    await run(first.server, 'create table kept as select 1 as answer');
    const orphan = postmasterPid(first.dataFolder);
    process.kill(first.server.process.keeperPid ?? 0, 'SIGKILL');
    await first.server.process.exited;
    expect(isAlive(orphan)).toBe(true);
    const second = await start(root);
    expect(isAlive(orphan)).toBe(false);
    expect(second.server.notes.join()).toContain('killed predecessor');
    expect(await run(second.server, 'select answer from kept')).toEqual([{ answer: 1 }]);
  });

  it('is not kept from starting by a postmaster.pid whose process id somebody else has', async () => {
    const root = temporaryFolder();
    const { server, dataFolder } = await start(root);
    await server.stop();
    writeFileSync(join(dataFolder, 'postmaster.pid'), `${process.pid}\n${dataFolder}\n`);
    expect(await run((await start(root)).server, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(isAlive(process.pid)).toBe(true);
  });

  it("refuses another major version's files by name", async () => {
    const root = temporaryFolder();
    chmodSync(root, 0o755);
    const dataFolder = join(root, 'data');
    mkdirSync(dataFolder);
    writeFileSync(join(dataFolder, 'PG_VERSION'), '14\n');
    const starting = startPostgres({
      dataFolder,
      logFile: join(root, 'log'),
      port: await freePort(),
      password: 'x',
      durable: false,
    });
    await expect(starting).rejects.toThrow(/PostgreSQL 14's, the embedded PostgreSQL is 18/);
  });
});
