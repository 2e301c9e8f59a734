import { request } from 'node:http';
import { inject } from 'vitest';

/** Asks Vitest's main process (global-setup.ts) for something of the run's servers; waits as long as it takes. */
export const askBroker = (path: string, body: Record<string, unknown> = {}): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const call = request(new URL(path, inject('brokerUrl')), { method: 'POST' }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const answer = JSON.parse(text) as { result?: unknown; error?: string };
        if (answer.error !== undefined) reject(new Error(answer.error));
        else resolve(answer.result);
      });
    });
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
