import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface BuiltFile {
  body: Buffer;
  type: string;
  /** Content-Encoding, where the file lies there compressed. */
  encoding: 'br' | 'gzip' | undefined;
  etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.md': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
const ENDINGS = { br: '.br', gzip: '.gz' } as const;

/** Names that lead nowhere but into the folder: none begins with a dot, nothing is to be decoded. */
const SANE_PATH = /^(?:\/[\w-][\w.-]*)+$/;

/** Where `npm run build` puts the dashboard, from the sources as well as from the compiled program. */
export function dashboardFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return join(folder, 'dist', 'dashboard');
}

async function readIfThere(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null;
    throw error;
  }
}

/**
 * The file of that path, compressed in the first of these ways that lies beside it; null when there is none. Only kinds of
 * files that a build has are served. Read anew each time: a build may replace them.
 */
export async function readBuiltFile(
  folder: string,
  path: string,
  encodings: readonly ('br' | 'gzip')[],
): Promise<BuiltFile | null> {
  const type = TYPES[extname(path)];
  if (type === undefined || !SANE_PATH.test(path)) return null;
  const file = join(folder, path);
  const answer = (body: Buffer, encoding: BuiltFile['encoding']): BuiltFile => ({
    body,
    type,
    encoding,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`,
  });
  for (const encoding of encodings) {
    const body = await readIfThere(`${file}${ENDINGS[encoding]}`);
    if (body) return answer(body, encoding);
  }
  const body = await readIfThere(file);
  return body && answer(body, undefined);
}
