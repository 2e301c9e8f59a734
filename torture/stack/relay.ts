import { once } from 'node:events';
import net, { type Socket } from 'node:net';

/** A TCP connection's way from one program to another, which can be cut or held up. */
export interface Relay {
  name: string;
  port: number;
  /** Resets all connections; answers how many. */
  cut(): number;
  /** For so long nothing gets through, in either direction: the peer looks hung, not gone. Nothing is lost. */
  stall(ms: number): void;
  /** For so long new connections are reset, and the existing ones are too. */
  refuse(ms: number): void;
  connections(): number;
  close(): Promise<void>;
}

const reset = (socket: Socket): void => {
  if (!socket.destroyed) socket.resetAndDestroy();
};

/** Relays to one of the ports, in turn; a connection that one port refuses goes to the next. */
export async function startRelay(name: string, ports: readonly number[]): Promise<Relay> {
  const pairs = new Map<Socket, Socket>();
  let stalledUntil = 0;
  let refusedUntil = 0;
  let turn = 0;

  const isStalled = (): boolean => Date.now() < stalledUntil;
  const join = (from: Socket, to: Socket): void => {
    from.on('data', (chunk: Buffer) => {
      if (!to.write(chunk) || isStalled()) from.pause();
    });
    to.on('drain', () => {
      if (!isStalled()) from.resume();
    });
    from.on('end', () => to.end());
    from.on('close', () => {
      pairs.delete(from);
      reset(to);
    });
    // Only now: what a client sends before its way is made would be lost.
    if (!isStalled()) from.resume();
  };
  const connect = (client: Socket, attempt: number): void => {
    const port = ports[(turn + attempt) % ports.length];
    if (port === undefined || attempt >= ports.length) return reset(client);
    const upstream = net.connect({ port, host: '127.0.0.1', noDelay: true });
    const next = (): void => connect(client, attempt + 1);
    upstream.once('error', next);
    upstream.once('connect', () => {
      upstream.off('error', next).on('error', () => undefined);
      if (client.destroyed) return void upstream.destroy();
      pairs.set(client, upstream).set(upstream, client);
      join(client, upstream);
      join(upstream, client);
    });
  };

  const server = net.createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
    client.on('error', () => undefined);
    if (Date.now() < refusedUntil) return reset(client);
    turn += 1;
    connect(client, 0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const cut = (): number => {
    const all = [...pairs.keys()];
    for (const socket of all) reset(socket);
    return all.length / 2;
  };
  return {
    name,
    port: (server.address() as net.AddressInfo).port,
    cut,
    stall(ms) {
      stalledUntil = Math.max(stalledUntil, Date.now() + ms);
      for (const socket of pairs.keys()) socket.pause();
      setTimeout(() => {
        if (!isStalled()) for (const socket of pairs.keys()) socket.resume();
      }, ms + 5);
    },
    refuse(ms) {
      refusedUntil = Date.now() + ms;
      cut();
    },
    connections: () => pairs.size / 2,
    async close() {
      server.close();
      cut();
    },
  };
}
