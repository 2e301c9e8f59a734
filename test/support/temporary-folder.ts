import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder (0700) for one test, removed when it has finished. */
export const temporaryFolder = (name = 'folder'): string => {
  const folder = mkdtempSync(join(tmpdir(), `ardea-test-${name}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
