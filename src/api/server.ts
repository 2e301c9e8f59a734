import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type Koa from 'koa';

export interface RunningServer {
  /** The port that is listened on; differs from the one asked for if that was 0. */
  port: number;
  /** Stops accepting and resolves when every request under way has been answered, or the time is over. */
  stop(graceMs: number): Promise<void>;
}

/** The port is taken or may not be used; the message says what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): unknown {
  if (error.code === 'EADDRINUSE')
    return new ListenError(`port ${port} is taken: set PORT to a free one, or stop the program that uses it`);
  if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL')
    return new ListenError(`cannot listen on ${host}:${port} (${error.code}): correct HOST and PORT`);
  return error;
}

async function stopServer(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  // Connections that become idle after their answer would stay open for their keep-alive time.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  await closed;
  clearTimeout(cut);
  clearInterval(idle);
}

/** Listens; rejects with ListenError when it cannot. */
export async function listen(
  app: Koa,
  { host, port }: { host: string; port: number },
): Promise<RunningServer> {
  const server = createServer(app.callback() as Parameters<typeof createServer>[1] & object);
  // Behind a load balancer whose idle time is 60 s the server must be the one that waits longer.
  server.keepAliveTimeout = 65_000;
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw listenError(error, host, port);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { port: address.port, stop: (graceMs) => stopServer(server, graceMs) };
}
