import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../local/port.js';
import { eventually } from './eventually.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A program that takes longer to end hangs: it is killed, and the test sees no exit code. */
const ENDS_WITHIN_MS = 45_000;

export interface Program {
  /** Sends the signal and waits for the end; answers the exit code, null after a kill. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
  /** All that it has written. */
  output(): string;
  /** Resolves when `url` answers 2xx; rejects with its output when it ends or stays away. */
  ready(url: string): Promise<void>;
}

/** Runs a compiled program with just this environment. It ends with the test process: its stdin is our pipe. */
export function startProgram(file: string, env: Record<string, string>): Program {
  const child: ChildProcess = spawn(process.execPath, [file], {
    cwd: `${ROOT}dist`,
    env: { PATH: process.env.PATH ?? '', ARDEA_SUPERVISED: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    output: () => text,
    async ready(url) {
      const early = ended.then((code) => {
        throw new Error(`${file} ended with ${code}:\n${text}`);
      });
      const up = eventually(`${file} answers at ${url}`, async () => (await fetch(url)).ok);
      await Promise.race([up, early]).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${text}`);
      });
    },
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      const late = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
      return ended.finally(() => clearTimeout(late));
    },
  };
}

/** Runs a program to its end; rejects with its output unless it exits with 0. */
export async function runProgram(file: string, env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [file], {
    cwd: `${ROOT}dist`,
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`${file} ended with ${code}:\n${text}`);
  return text;
}

/** A TCP relay: through it a server can look hung, or gone, while others still use it. */
export interface Relay {
  address: string;
  /** Takes connections and bytes, and answers nothing. */
  hang(): void;
  /** Ends every connection, and refuses new ones. */
  cut(): Promise<void>;
  /** As in the beginning. */
  flow(): Promise<void>;
  close(): Promise<void>;
}

export async function startRelay(target: string): Promise<Relay> {
  const [host, port] = target.split(':') as [string, string];
  const sockets = new Set<Socket>();
  let hung = false;
  const server: Server = net.createServer((client) => {
    const upstream = net.connect(Number(port), host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (!hung) to.write(chunk);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const listen = (on: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(on, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(0);
  const ownPort = (server.address() as AddressInfo).port;
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const cut = (): Promise<void> =>
    new Promise((resolve) => {
      endAll();
      server.close(() => resolve());
    });
  return {
    address: `127.0.0.1:${ownPort}`,
    hang: () => void (hung = true),
    cut,
    async flow() {
      hung = false;
      // Bytes that were swallowed leave broken streams behind: those connections end.
      endAll();
      if (!server.listening) await listen(ownPort);
    },
    close: cut,
  };
}

export { freePort };

/** An API key and an encryption key of the test's own. */
export const testKeys = () => ({
  apiKey: `key_${randomBytes(24).toString('hex')}`,
  encryptionKeys: `test:${randomBytes(32).toString('base64')}`,
});
