/** npm run generate [-- --check]: writes the documents that follow from the code, or tells which of them are out of date. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { configurationPage, environmentExample } from './documents/configuration.js';
import { errorsPage } from './documents/errors.js';
import { openApiJson } from './documents/openapi.js';

async function prettyMarkdown(path: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), parser: 'markdown' });
}

const root = process.cwd();
const documents: Record<string, string> = {
  'docs/openapi.json': await openApiJson(),
  'docs/errors.md': await prettyMarkdown(join(root, 'docs/errors.md'), errorsPage()),
  'docs/configuration.md': await prettyMarkdown(join(root, 'docs/configuration.md'), configurationPage()),
  '.env.example': environmentExample(),
};

const current = async (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

const stale: string[] = [];
for (const [path, text] of Object.entries(documents)) {
  if ((await current(join(root, path))) !== text) stale.push(path);
}

if (process.argv.includes('--check')) {
  if (stale.length > 0) {
    console.error(`out of date: ${stale.join(', ')}\nrun: npm run generate`);
    process.exitCode = 1;
  }
} else {
  for (const path of stale) await writeFile(join(root, path), documents[path]!);
  console.log(stale.length === 0 ? 'everything is up to date' : `written: ${stale.join(', ')}`);
}
