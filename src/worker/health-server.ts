import http from 'node:http';
import type { Registry } from 'prom-client';

export interface WorkerHealth {
  /** True while the worker polls its task queue. */
  isRunning(): boolean;
  /** A word for the person who asks: RUNNING, CONNECTING, DRAINING, … */
  state(): string;
}

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

export interface HealthServerOptions {
  host: string;
  port: number;
  health: WorkerHealth;
  metrics: Registry;
}

/**
 * `/healthz`: the process lives, whatever Temporal does (restarting it would not bring Temporal back); `/readyz`: it polls;
 * `/metrics`: Prometheus. Rejects with the listen error, EADDRINUSE among them.
 */
export async function startHealthServer({
  host,
  port,
  health,
  metrics,
}: HealthServerOptions): Promise<HealthServer> {
  const answer = (
    response: http.ServerResponse,
    status: number,
    body: string,
    type = 'application/json',
  ): void => {
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  };
  const server = http.createServer((request, response) => {
    switch (request.url) {
      case '/healthz':
        return answer(response, 200, JSON.stringify({ status: 'ok' }));
      case '/readyz':
        return answer(response, health.isRunning() ? 200 : 503, JSON.stringify({ worker: health.state() }));
      case '/metrics':
        return void metrics.metrics().then((text) => answer(response, 200, text, metrics.contentType));
      default:
        return answer(
          response,
          404,
          JSON.stringify({ code: 404, name: 'Not Found', description: 'see /healthz, /readyz, /metrics' }),
        );
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
