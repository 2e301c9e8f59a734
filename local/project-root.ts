import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The checkout's folder: the nearest one above this file that holds `package.json`. The same from `local/` (tests) and
 * from `dist/local/` (compiled).
 */
export const projectRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('No package.json above ' + fileURLToPath(import.meta.url));
    folder = parent;
  }
  return folder;
};
