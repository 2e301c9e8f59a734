import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
} from '@temporalio/client';

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

const LONGEST_RETRY_WAIT_MS = 1_000;
const SLACK_MS = 50;

/**
 * The SDK's retries, which cannot be cancelled: one that is due after the channel was closed throws out of a timer and ends
 * the process. So closing first lets those that are waiting come and fail.
 */
function closableRetries() {
  const { delayFunction, retryableDecider } = defaultGrpcRetryOptions({
    maxIntervalMs: () => LONGEST_RETRY_WAIT_MS,
  });
  let lastDueAt = 0;
  let closing = false;
  return {
    interceptor: makeGrpcRetryInterceptor({
      delayFunction: (attempt, status) => {
        const delayMs = delayFunction(attempt, status);
        lastDueAt = Math.max(lastDueAt, Date.now() + delayMs);
        return delayMs;
      },
      retryableDecider: (attempt, status) => !closing && retryableDecider(attempt, status),
    }),
    async end(): Promise<void> {
      closing = true;
      const leftMs = (): number => lastDueAt + SLACK_MS - Date.now();
      while (leftMs() > 0) await sleep(leftMs());
      // Timers go by the time of the event loop, which a busy one lags behind: this one may have come before those that are due.
      // The second turn from now begins with all of them.
      await turn();
      await turn();
    },
  };
}

/** A client that connects on first use, so that a process starts, and stays up, without Temporal. */
export function createTemporalClient({
  connectionOptions,
  namespace,
}: TemporalClientOptions): TemporalClient {
  const retries = closableRetries();
  const connection = Connection.lazy({
    ...connectionOptions,
    interceptors: [retries.interceptor, ...(connectionOptions.interceptors ?? [])],
    channelArgs: { ...CHANNEL, ...connectionOptions.channelArgs },
  });
  return {
    client: new Client({ connection, namespace }),
    async close() {
      await retries.end();
      await connection.close();
    },
  };
}
