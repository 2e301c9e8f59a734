import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { releaseInstanceLock, runningInstance, takeInstanceLock } from '../../local/instance-lock.js';
import { startTimeOf } from '../../local/running-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const MINE = {
  apiUrl: 'http://mine',
  simulatorUrl: 'http://simulator',
  temporalUiUrl: undefined,
  apiKey: 'key_1',
};

const liveProcess = () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
};

const writeLock = (file: string, pid: number, startTime: string | undefined): void =>
  writeFileSync(file, JSON.stringify({ ...MINE, apiUrl: 'http://other', pid, startTime }));

describe('the lock of a data folder', () => {
  it('is free in a new folder, private, and free again when released', () => {
    const file = join(temporaryFolder(), 'lock.json');
    expect(takeInstanceLock(file, MINE)).toBeUndefined();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(runningInstance(file)?.apiUrl).toBe('http://mine');
    releaseInstanceLock(file);
    expect(existsSync(file)).toBe(false);
  });

  it('tells a second start who has it', () => {
    const file = join(temporaryFolder(), 'lock.json');
    const child = liveProcess();
    writeLock(file, child.pid ?? 0, startTimeOf(child.pid ?? 0));
    expect(takeInstanceLock(file, MINE)?.apiUrl).toBe('http://other');
    releaseInstanceLock(file);
    expect(existsSync(file)).toBe(true);
  });

  it('is taken over from a predecessor that was killed', async () => {
    const file = join(temporaryFolder(), 'lock.json');
    const child = liveProcess();
    writeLock(file, child.pid ?? 0, startTimeOf(child.pid ?? 0));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(takeInstanceLock(file, MINE)).toBeUndefined();
    expect(runningInstance(file)?.apiUrl).toBe('http://mine');
  });

  it('is taken over when the process id belongs to another process by now', () => {
    const file = join(temporaryFolder(), 'lock.json');
    writeLock(file, liveProcess().pid ?? 0, 'started before that');
    expect(takeInstanceLock(file, MINE)).toBeUndefined();
  });
});
