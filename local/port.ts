import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, connect } from 'node:net';

/** A port that was free a moment ago, from the operating system. */
export const freePort = async (host = '127.0.0.1'): Promise<number> => {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The operating system gave no port.');
  return address.port;
};

/** Whether something listens on the port, on `host` or on every address. */
export const isPortTaken = async (port: number, host = '127.0.0.1'): Promise<boolean> => {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return false;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EADDRINUSE' || code === 'EACCES';
  } finally {
    server.close();
  }
};

/** Whether a TCP connection to the port opens within `timeoutMs`. */
export const acceptsConnections = async (
  port: number,
  host = '127.0.0.1',
  timeoutMs = 1_000,
): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host, timeout: timeoutMs });
    const answer = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true));
    socket.once('timeout', () => answer(false));
    socket.once('error', () => answer(false));
  });

/** `count` different ports from `lowest` to `highest` that were free a moment ago. */
export const freePortsBetween = async (lowest: number, highest: number, count: number): Promise<number[]> => {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(lowest, highest + 1);
    if (!found.has(port) && !(await isPortTaken(port))) found.add(port);
  }
  return [...found];
};
