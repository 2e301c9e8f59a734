import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../project-root.js';

/**
 * The official Temporal CLI, fetched by the downloader of the Temporal SDK, which picks the build for this machine.
 * @param target where the program is put
 * @throws with the downloader's last words when it fails or takes longer than `timeoutMs`
 */
export const downloadTemporal = async (version: string, target: string, timeoutMs: number): Promise<void> => {
  const folder = mkdtempSync(join(dirname(target), 'download-'));
  try {
    const script = join(projectRoot(), 'local', 'download-temporal.mjs');
    const child = spawn(process.execPath, [script, folder, `v${version}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)));
    const [code] = (await once(child, 'exit')) as [number | null];
    const program = readdirSync(folder).find((name) => name.startsWith('temporal'));
    if (code !== 0 || program === undefined) {
      const reason =
        /^reason: (.*)$/m.exec(said)?.[1] ??
        (code === null ? `not done after ${timeoutMs / 1000} s` : 'it gave no reason');
      throw new Error(reason);
    }
    chmodSync(join(folder, program), 0o755);
    renameSync(join(folder, program), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
