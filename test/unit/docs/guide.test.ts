import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

/** The guide shows what is there: its pictures, links, endpoints, fields and snippets. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DOCS = join(ROOT, 'docs');
const IMAGES = join(DOCS, 'images');
const LARGEST_BYTES = 150_000;
const ADDRESS = 'https://ardea.example.com';
const INTEGRATION = 'itg_3mJr7AoUXx2WqdBvcQTzHa';

/** What other pages explain: reasons of rejections, the simulator's credentials. */
const ELSEWHERE = ['runbook.md', 'simulator.md'].map((file) => readFileSync(join(DOCS, file), 'utf8')).join();

interface Operation {
  parameters?: { name: string; in: string }[];
}
const openApi = JSON.parse(readFileSync(join(DOCS, 'openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};
const guide = readFileSync(join(DOCS, 'guide.md'), 'utf8');
const blocks = [...guide.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({
  language,
  code: code!,
}));
const prose = guide.replace(/^```.*?^```$/gms, '');

/** All property names, enumerated values and query parameters of the document. */
function wordsOf(node: unknown, words = new Set<string>()): Set<string> {
  if (Array.isArray(node)) for (const each of node) wordsOf(each, words);
  else if (node !== null && typeof node === 'object')
    for (const [key, value] of Object.entries(node)) {
      if (key === 'properties') for (const name of Object.keys(value as object)) words.add(name);
      if (key === 'enum') for (const each of value as unknown[]) words.add(String(each));
      if (key === 'name' && typeof value === 'string') words.add(value);
      wordsOf(value, words);
    }
  return words;
}
const words = wordsOf(openApi);

/** The operation behind a method and a path as the guide writes it: its parameters are names or examples. */
function operationAt(method: string, path: string): Operation | undefined {
  const [, operations] =
    Object.entries(openApi.paths).find(([template]) =>
      new RegExp(`^${template.replace(/\{\w+\}/g, '(\\{\\w+\\}|[\\w-]+)')}$`).test(path),
    ) ?? [];
  return operations?.[method.toLowerCase()];
}

const keysOf = (value: unknown): string[] =>
  value === null || typeof value !== 'object'
    ? []
    : Array.isArray(value)
      ? value.flatMap(keysOf)
      : Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]);

const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

describe('the pictures of the guide', () => {
  const named = [...guide.matchAll(/!\[(.*?)\]\(images\/(.*?)\)/g)].map(([, alt, file]) => ({
    alt,
    file: file!,
  }));

  it('are all there, and all of them are named, each once', () => {
    expect(named.map(({ file }) => file).sort()).toEqual(readdirSync(IMAGES).sort());
  });

  it.each(named)('$file is described, a PNG and no burden', ({ alt, file }) => {
    const bytes = readFileSync(join(IMAGES, file));
    expect(alt).not.toBe('');
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(bytes.length).toBeLessThanOrEqual(LARGEST_BYTES);
  });
});

describe('the links of the guide', () => {
  it.each([...prose.matchAll(/(?<!!)\[[^\]]*\]\((?!https?:)([^)]*)\)/g)].map(([, target]) => target!))(
    '%s leads somewhere',
    (target) => {
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? join(DOCS, 'guide.md') : join(DOCS, file);
      expect(existsSync(path)).toBe(true);
      if (anchor === undefined) return;
      const headings = [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, text]) =>
        anchorOf(text!),
      );
      expect(headings).toContain(anchor);
    },
  );
});

describe('what the guide shows of the API', () => {
  const spoken = [...guide.matchAll(/\b(GET|POST|PUT|PATCH|DELETE) (\/(?:api|webhooks)\/[^`\s]+)/g)].map(
    ([, method, address]) => [method!, address!] as const,
  );
  const asked = blocks.flatMap(({ code }) =>
    [...code.matchAll(/https:\/\/ardea\.example\.com(\/(?:api)\/[^"'`\s]+)/g)].map(([, address]) => {
      const isPost = address!.endsWith('/links');
      return [isPost ? 'POST' : 'GET', address!.replace('?${query}', '')] as const;
    }),
  );

  it.each([...spoken, ...asked])('%s %s exists, with its parameters', (method, address) => {
    const { pathname, searchParams } = new URL(decodeURI(address), ADDRESS);
    const operation = operationAt(method, decodeURI(pathname));
    expect(operation).toBeDefined();
    const query = operation?.parameters?.filter((each) => each.in === 'query').map(({ name }) => name) ?? [];
    for (const name of searchParams.keys()) expect(query).toContain(name);
  });

  it.each(blocks.filter(({ language }) => language === 'json'))(
    '$code has only fields that there are',
    ({ code }) => {
      for (const key of keysOf(JSON.parse(code))) expect(words).toContain(key);
    },
  );

  it.each([...new Set([...prose.matchAll(/`([a-z]+(?:[_.][a-z]+)+)`/g)].map(([, word]) => word!))])(
    'knows the word %s',
    (word) => {
      const isFile = existsSync(join(DOCS, word)) || existsSync(join(ROOT, word));
      expect(isFile || words.has(word) || ELSEWHERE.includes(word)).toBe(true);
    },
  );
});

describe('the snippets of the guide', () => {
  it('are those of the dashboard', async () => {
    // By its path: the dashboard is compiled by other rules than the tests.
    const file = join(ROOT, 'dashboard/src/parts/snippets.ts');
    const { snippetsOf } = (await import(pathToFileURL(file).href)) as {
      snippetsOf: (integration: Record<string, string>) => Record<string, Record<string, string>>;
    };
    const expected = snippetsOf({
      base_url: 'https://sandbox.plaid.com',
      inbound_webhook_url: `${ADDRESS}/webhooks/plaid/${INTEGRATION}`,
      link_url: `${ADDRESS}/api/integrations/${INTEGRATION}/links`,
    });
    const shown: Record<string, Record<string, string>> = {};
    for (const [, what, language, code] of guide.matchAll(
      /<!-- snippet: (\w+) (\w+) -->\n\n```\w+\n(.*?)\n```/gs,
    ))
      shown[what!] = { ...shown[what!], [language!]: code! };
    expect(shown).toEqual(expected);
  });
});

describe('the guide', () => {
  it('is where a newcomer looks', () => {
    for (const file of ['README.md', 'docs/runbook.md', 'docs/simulator.md'])
      expect(readFileSync(join(ROOT, file), 'utf8')).toContain(
        `(${dirname(file) === '.' ? 'docs/' : ''}guide.md`,
      );
  });
});
