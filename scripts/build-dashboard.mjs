// Builds the dashboard into dist/dashboard: first the types of the API from its document, then the bundle.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { build } from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Types only: what `import type … from '@ardea/api-schema'` of the dashboard means. */
const writeTypes = async () => {
  const document = JSON.parse(readFileSync(join(root, 'docs', 'openapi.json'), 'utf8'));
  const folder = join(root, 'dist', 'dashboard-api');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'schema.d.ts'), astToString(await openapiTypescript(document)));
};

/** Beside each file that shrinks: the API sends what the browser takes, and compresses nothing itself. */
const compress = () => {
  const folder = join(root, 'dist', 'dashboard');
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = join(folder, name);
    if (!/\.(?:js|css|svg|html)$/.test(name) || statSync(file).size < 1_024) continue;
    const bytes = readFileSync(file);
    writeFileSync(`${file}.br`, brotliCompressSync(bytes));
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  }
};

await writeTypes();
if (!process.argv.includes('--types')) {
  await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  compress();
}
