import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const STARTS_WITHIN_MS = 300_000;

/** As the simulator of `npm start` has them (docs/simulator.md). */
export const PLAID_KEYS = { clientId: 'ardea_simulator_client', secret: 'ardea_simulator_secret' } as const;

export interface RunningArdea {
  url: string;
  simulatorUrl: string;
  admin: { email: string; password: string };
  /** As an integrator's program calls, with the API key; throws on anything but success. */
  call<T = unknown>(method: string, path: string, body?: object): Promise<T>;
  /** What happens at the bank: the simulator's control API. */
  atBank<T = unknown>(method: string, path: string, body?: object): Promise<T>;
  end(): Promise<void>;
}

const port = (name: string, fallback: number): number => Number(process.env[name] || fallback);

async function answered<T>(method: string, url: string, headers: object, body?: object): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return (text === '' ? null : JSON.parse(text)) as T;
}

/**
 * `npm start` without the demo, on its usual ports, so that the pictures show the addresses that a reader sees, and on a
 * data folder of its own that is gone afterwards. PORT and its like move it to other ports.
 */
export async function startArdea(): Promise<RunningArdea> {
  const folder = mkdtempSync(join(tmpdir(), 'ardea-screenshots-'));
  const apiKey = `key_${randomBytes(24).toString('hex')}`;
  const admin = { email: 'ada@meadow.example', password: 'four herons at dawn' };
  const child = spawn(process.execPath, ['local/start.mjs', '--no-demo'], {
    cwd: ROOT,
    env: {
      ...process.env,
      ARDEA_DATA_DIR: folder,
      BOOTSTRAP_ORGANIZATION: 'Meadow Lending',
      BOOTSTRAP_ADMIN_EMAIL: admin.email,
      BOOTSTRAP_ADMIN_PASSWORD: admin.password,
      BOOTSTRAP_API_KEY: apiKey,
      // Empty wins over a .env: no picture is taken of a real installation.
      DATABASE_URL: '',
      TEMPORAL_ADDRESS: '',
      PUBLIC_URL: '',
      ENCRYPTION_KEYS: '',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  let output = '';
  const running = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ardea is running.')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}:\n${output}`)));
    setTimeout(() => reject(new Error(`npm start took too long:\n${output}`)), STARTS_WITHIN_MS).unref();
  });
  try {
    await running;
  } catch (error) {
    await end();
    throw error;
  }
  const url = `http://localhost:${port('PORT', 3000)}`;
  const simulatorUrl = `http://localhost:${port('SIMULATOR_PORT', 3002)}`;
  return {
    url,
    simulatorUrl,
    admin,
    call: (method, path, body) =>
      answered(method, path.startsWith('http') ? path : `${url}${path}`, { 'x-api-key': apiKey }, body),
    atBank: (method, path, body) => answered(method, `${simulatorUrl}/simulator${path}`, {}, body),
    end,
  };
}
