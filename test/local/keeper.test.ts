import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { keep } from '../../local/kept-program.js';
import { projectRoot } from '../../local/project-root.js';
import { isAlive } from '../../local/running-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const STUBBORN = `process.on('SIGINT', () => {}); setInterval(() => {}, 1000)`;
const pidIn = (file: string): number => (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid;

describe('the keeper of a foreign program', () => {
  it('ends the program when its own starter is killed', async () => {
    const pidFile = join(temporaryFolder(), 'pid.json');
    const program = {
      command: process.execPath,
      args: ['-e', STUBBORN],
      pidFile,
      stop: [{ signal: 'SIGTERM', graceMs: 5_000 }],
    };
    const local = join(projectRoot(), 'local', 'keeper.mjs');
    const starter = spawn(
      process.execPath,
      [join(projectRoot(), 'test/local/fixtures/starter.mjs'), local, JSON.stringify(program)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(starter.stdout.setEncoding('utf8'), 'data')) as [string];
    await vi.waitFor(() => expect(existsSync(pidFile)).toBe(true), 5_000);
    const [keeper, kept] = [Number(line), pidIn(pidFile)];
    expect([keeper, kept].map(isAlive)).toEqual([true, true]);
    starter.kill('SIGKILL');
    await vi.waitFor(() => expect([keeper, kept].map(isAlive)).toEqual([false, false]), 5_000);
    expect(existsSync(pidFile)).toBe(false);
  });

  it('goes from the polite signal to the next one, and removes what it was given to remove', async () => {
    const folder = temporaryFolder();
    const temporary = join(folder, 'temporary');
    const logFile = join(folder, 'log');
    const kept = keep({
      command: process.execPath,
      args: ['-e', `require('fs').mkdirSync(process.argv[1]); console.log('up'); ${STUBBORN}`, temporary],
      removeAfter: temporary,
      logFile,
      stop: [
        { signal: 'SIGINT', graceMs: 300 },
        { signal: 'SIGTERM', graceMs: 5_000 },
      ],
    });
    await vi.waitFor(() => expect(readFileSync(logFile, 'utf8')).toContain('up'), 5_000);
    const begun = Date.now();
    await kept.stop();
    expect(Date.now() - begun).toBeGreaterThanOrEqual(300);
    expect(await kept.exited).toBe(128 + 15);
    expect(existsSync(temporary)).toBe(false);
  });

  it('tells a program that cannot be started by its exit code and log', async () => {
    const logFile = join(temporaryFolder(), 'log');
    const kept = keep({ command: '/does/not/exist', args: [], logFile, stop: [] });
    expect(await kept.exited).toBe(127);
    expect(readFileSync(logFile, 'utf8')).toContain('ENOENT');
  });
});
