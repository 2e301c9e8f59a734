import { Client, Connection, type ConnectionOptions } from '@temporalio/client';

export interface TemporalClientOptions {
  /** From loadTemporalConfig: address, TLS, API key, metadata. */
  connectionOptions: ConnectionOptions;
  namespace: string;
}

export interface TemporalClient {
  client: Client;
  close(): Promise<void>;
}

/**
 * grpc-js waits up to two minutes between attempts to reconnect; a Temporal that is back should be found within
 * seconds, and one address does not need protection from its own process.
 */
const CHANNEL = { 'grpc.initial_reconnect_backoff_ms': 250, 'grpc.max_reconnect_backoff_ms': 5_000 };

/** A client that connects on first use, so that a process starts, and stays up, without Temporal. */
export function createTemporalClient({
  connectionOptions,
  namespace,
}: TemporalClientOptions): TemporalClient {
  const connection = Connection.lazy({
    ...connectionOptions,
    channelArgs: { ...CHANNEL, ...connectionOptions.channelArgs },
  });
  return { client: new Client({ connection, namespace }), close: () => connection.close() };
}
