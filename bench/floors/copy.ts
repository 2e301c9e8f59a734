import { join } from 'node:path';
import type { Database } from '../../src/db/database.js';

/** The server's fastest way in: `COPY` of the Item's stored rows from a file on the server's disk into a table with Ardea's indexes. */
export interface CopyFloor {
  /** Writes the file; not to be timed. */
  prepare(itemId: string): Promise<void>;
  copy(): Promise<void>;
}

export async function createCopyFloor(db: Database, folder: string): Promise<CopyFloor> {
  const file = join(folder, 'bench.copy');
  await db.raw('create table bench_copy (like transactions including all)');
  return {
    async prepare(itemId) {
      await db.raw('truncate bench_copy');
      await db.raw(`copy (select * from transactions where item_id = '${itemId}') to '${file}'`);
    },
    async copy() {
      await db.raw(`copy bench_copy from '${file}'`);
    },
  };
}
