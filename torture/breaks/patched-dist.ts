import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../local/project-root.js';
import type { Patch } from './break.js';

/**
 * The text of a patched file.
 * @throws unless the text that is to be replaced occurs exactly once
 */
export function patched(source: string, { file, text, becomes }: Patch): string {
  const parts = source.split(text);
  if (parts.length !== 2)
    throw new Error(`${file}: occurs ${parts.length - 1} times, must occur once:\n${text}`);
  return parts.join(becomes);
}

/**
 * The patched files' new texts, by their path below dist.
 * @throws unless every patch fits
 */
export function patchedFiles(dist: string, patches: readonly Patch[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const patch of patches) {
    const source = files.get(patch.file) ?? readFileSync(join(dist, patch.file), 'utf8');
    files.set(patch.file, patched(source, patch));
  }
  return files;
}

export interface PatchedDist {
  path: string;
  remove(): void;
}

/** A copy of the compiled product with the patches in it, in the project's ignored folder: there it finds node_modules. */
export function copyPatched(dist: string, patches: readonly Patch[]): PatchedDist {
  const files = patchedFiles(dist, patches);
  const parent = join(projectRoot(), '.ardea', 'breaks');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'dist-'));
  cpSync(dist, folder, { recursive: true });
  for (const [file, text] of files) writeFileSync(join(folder, file), text);
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
