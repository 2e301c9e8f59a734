import { connect } from 'node:net';

/** Requests as bytes, ready to be sent; making them is not part of what is timed. */
export const postRequest = (path: string, headers: Readonly<Record<string, string>>, body: string): Buffer =>
  Buffer.from(
    [
      `POST ${path} HTTP/1.1`,
      'host: 127.0.0.1',
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '',
      body,
    ].join('\r\n'),
  );

const HEAD_END = '\r\n\r\n';

/** Length of the complete response at the beginning of the bytes, 0 while it is incomplete. */
function responseLength(bytes: Buffer): number {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return 0;
  const head = bytes.toString('latin1', 0, end).toLowerCase();
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  if (length === undefined) throw new Error(`a response without content-length:\n${head}`);
  const total = end + HEAD_END.length + Number(length);
  return bytes.length >= total ? total : 0;
}

export interface Load {
  perSecond: number;
  tookMs: number[];
}

/**
 * Sends the requests over `connections` sockets, each the next one when the last is answered. Works on raw sockets, because
 * on a small machine an HTTP client takes more of the processor than the server that is measured.
 * @throws on any answer but 200
 */
export async function sendAll(port: number, requests: readonly Buffer[], connections: number): Promise<Load> {
  const tookMs: number[] = [];
  let next = 0;
  const started = performance.now();
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1').setNoDelay(true);
      let received = Buffer.alloc(0);
      let sentAt = 0;
      const send = (): void => {
        const request = requests[next++];
        if (request === undefined) {
          socket.destroy();
          resolve();
          return;
        }
        sentAt = performance.now();
        socket.write(request);
      };
      socket.on('connect', send);
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        const length = responseLength(received);
        if (length === 0) return;
        const status = received.toString('latin1', 9, 12);
        if (status !== '200') {
          socket.destroy();
          reject(new Error(`answered ${received.toString('utf8', 0, length)}`));
          return;
        }
        tookMs.push(performance.now() - sentAt);
        received = received.subarray(length);
        send();
      });
    });
  await Promise.all(Array.from({ length: connections }, run));
  return { perSecond: (requests.length / (performance.now() - started)) * 1_000, tookMs };
}
