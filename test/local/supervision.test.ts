import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { answersOk } from '../../local/health.js';
import { watchLog } from '../../local/log-watch.js';
import { freePort } from '../../local/port.js';
import { startProgram } from '../../local/program.js';
import { projectRoot } from '../../local/project-root.js';
import { isAlive } from '../../local/running-process.js';
import { supervise } from '../../local/supervision.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const TIMING = {
  firstWaitMs: 20,
  longestWaitMs: 80,
  stableAfterMs: 60_000,
  startTimeoutMs: 20_000,
  firstAttempts: 3,
  pollMs: 20,
};
const SERVICE = join(projectRoot(), 'test', 'local', 'fixtures', 'service.mjs');

const superviseService = async (env: Record<string, string> = {}) => {
  const folder = temporaryFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const pidFile = join(folder, 'pids');
  const logFile = join(folder, 'log');
  const said: string[] = [];
  const watch = watchLog('service', logFile, () => undefined);
  onTestFinished(() => watch.stop());
  const part = supervise(
    {
      name: 'service',
      start: () =>
        startProgram({
          file: SERVICE,
          env: { PORT: String(port), PID_FILE: pidFile, ...env },
          logFile,
          pidFile: join(folder, 'pid.json'),
          graceMs: 5_000,
        }),
      isHealthy: () => answersOk(url),
      lastWords: () => watch.lastWords(),
    },
    (line) => said.push(line),
    TIMING,
  );
  onTestFinished(() => part.stop());
  return { part, url, said, pids: () => readFileSync(pidFile, 'utf8').trim().split('\n').map(Number) };
};

describe('a supervised part', () => {
  it('is started again when it dies, visibly, and says when it is back', async () => {
    const { part, url, said, pids } = await superviseService();
    await part.started;
    await fetch(`${url}/die`);
    await vi.waitFor(() => expect(said).toContain('service is back.'), 10_000);
    expect(said[0]).toBe('service exited with code 3, restarting in 0 s.');
    expect(pids()).toHaveLength(2);
    expect(await answersOk(url)).toBe(true);
  });

  it('waits twice as long after each further death', async () => {
    const { part, pids, said } = await superviseService();
    await part.started;
    for (let death = 1; death <= 4; death++) {
      await vi.waitFor(() => expect(pids()).toHaveLength(death), 10_000);
      process.kill(pids().at(-1) ?? 0, 'SIGKILL');
    }
    await vi.waitFor(() => expect(pids()).toHaveLength(5), 10_000);
    const waits = said
      .filter((line) => line.includes('restarting'))
      .map((line) => /in ([\d.]+) s/.exec(line)?.[1]);
    expect(waits).toEqual(['0', '0', '0.1', '0.1']);
    expect(said.some((line) => line.includes('exited with signal SIGKILL'))).toBe(true);
  });

  it('is given up with its last words when it never starts', async () => {
    const { part } = await superviseService({ DIE_AT_ONCE: '1' });
    await expect(part.started).rejects.toThrow(
      /service does not start: it exited with code 7\.[^]*no luck today/,
    );
  });

  it('leaves no process when it is stopped, not even while it waits to be restarted', async () => {
    const { part, url, pids } = await superviseService();
    await part.started;
    await fetch(`${url}/die`);
    await part.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(pids().filter(isAlive)).toEqual([]);
  });
});
