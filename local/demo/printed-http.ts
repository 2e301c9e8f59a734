import type { HttpObserver } from './http.js';

const MAX_LINES = 24;
const SECRET = /(access-[a-z]+-|public-[a-z]+-|key_)([\w-]{4})[\w-]+/g;
const SECRET_FIELDS = new Set(['client_secret', 'secret', 'PLAID-SECRET']);

/** Shortens API keys, tokens and secrets, so that what is printed can be shown to others. */
export const withoutSecrets = (text: string): string => text.replace(SECRET, '$1$2…');

const json = (value: unknown): string =>
  withoutSecrets(JSON.stringify(value, (key, field: unknown) => (SECRET_FIELDS.has(key) ? '…' : field), 2));

const indented = (text: string, prefix: string): string => {
  const lines = text.split('\n');
  const shown =
    lines.length > MAX_LINES
      ? [...lines.slice(0, MAX_LINES), `… (${lines.length - MAX_LINES} more lines)`]
      : lines;
  return shown.map((line) => prefix + line).join('\n');
};

/** Prints each call the way curl would be told, and the answer. */
export const printCalls = (print: (line: string) => void): HttpObserver => ({
  asked({ method, url, headers, body }) {
    const shownHeaders = Object.entries(headers ?? {}).map(
      ([name, value]) => ` -H '${name}: ${SECRET_FIELDS.has(name) ? '…' : withoutSecrets(value)}'`,
    );
    print(
      `  $ curl${method === 'GET' ? '' : ` -X ${method}`} '${url}'${shownHeaders.join('')}${body === undefined ? '' : ` --json '${json(body).replace(/\n */g, ' ')}'`}`,
    );
  },
  answered(_call, status, body) {
    print(`  ← ${status}`);
    print(indented(json(body), '    '));
  },
});
