import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Searches everything that leaves the service for what must never leave it (invariant I7). */
export interface SecretWatch {
  /** A secret that no pattern finds. */
  add(secret: string): void;
  search(where: string, text: string): void;
  /** Each place once, with the kind of secret; never the secret. */
  found(): string[];
  searchedBytes(): number;
}

/** Plaid secrets of the run begin with it. */
export const SECRET_MARKER = 'torture-plaid-secret-';

const PATTERN = /access-(?:sandbox|production)-[0-9a-f]{8}|torture-plaid-secret-|key_[0-9a-f]{48}/;

export function createSecretWatch(): SecretWatch {
  const secrets: string[] = [];
  const found = new Set<string>();
  let bytes = 0;
  return {
    add: (secret) => void secrets.push(secret),
    search(where, text) {
      bytes += text.length;
      const match = PATTERN.exec(text);
      if (match) found.add(`${where}: ${match[0].slice(0, 20)}…`);
      for (const secret of secrets) if (text.includes(secret)) found.add(`${where}: a key of the run`);
    },
    found: () => [...found],
    searchedBytes: () => bytes,
  };
}

const OVERLAP = 200;

/** Searches a file piece by piece; a secret that lies across two pieces is found too. */
async function searchPieces(watch: SecretWatch, file: string): Promise<void> {
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
    const text = rest + String(chunk);
    watch.search(file.split('/').slice(-2).join('/'), text);
    rest = text.slice(-OVERLAP);
  }
}

/** Searches a file; one that its program has removed meanwhile holds nothing any more. */
export async function searchFile(watch: SecretWatch, file: string): Promise<void> {
  try {
    await searchPieces(watch, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

export const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
