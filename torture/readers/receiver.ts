import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRandom } from '../random.js';
import type { SecretWatch } from '../secrets.js';

/** An integrator's own webhook receiver, which is not always in the mood. */
export interface Receiver {
  url: string;
  /** Ardea-Webhook-Ids that it has taken. */
  taken: ReadonlySet<string>;
  refused(): number;
  /** From now on it takes everything. */
  behave(): void;
  close(): Promise<void>;
}

export async function startReceiver(seed: number, secrets: SecretWatch): Promise<Receiver> {
  const random = createRandom(`${seed}/receiver`);
  const taken = new Set<string>();
  let refused = 0;
  let behaves = false;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      secrets.search('forwarded webhook', body + JSON.stringify(request.headers));
      if (!behaves && random.chance(0.2)) {
        refused += 1;
        if (random.chance(0.5)) response.writeHead(500).end();
        else request.socket.destroy();
        return;
      }
      taken.add(String(request.headers['ardea-webhook-id']));
      response.writeHead(200).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/plaid`,
    taken,
    refused: () => refused,
    behave: () => void (behaves = true),
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
