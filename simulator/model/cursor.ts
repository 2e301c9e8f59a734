import type { ReadPosition } from './update-log.js';

/** What an opaque cursor carries. */
export interface Cursor extends ReadPosition {
  itemId: string;
  /**
   * Head of the log when the page was served. In the middle of a chain of pages the log must not have grown since;
   * a cursor at which a chain begins (`at === base`) is valid whatever happened.
   */
  head: number;
  /** Pages of this chain that were served before: 0 in a cursor that somebody stores. */
  page: number;
  /** The newest fault when the null cursor began this line of chains: faults that spoil cursors spare younger ones. */
  born: number;
}

/** The cursor as Plaid's clients see it: base64 without meaning, below 256 characters. */
export const encodeCursor = (cursor: Cursor): string =>
  Buffer.from(
    [
      '1',
      cursor.itemId,
      cursor.accountId ?? '',
      cursor.at,
      cursor.base,
      cursor.since,
      cursor.head,
      cursor.page,
      cursor.born,
    ].join('|'),
  ).toString('base64');

/** Reads a cursor back; null when it is not one of ours. */
export const decodeCursor = (text: string): Cursor | null => {
  const [version, itemId, accountId, ...rest] = Buffer.from(text, 'base64').toString('utf8').split('|');
  // Cursors of four numbers were given out by older versions of the simulator.
  if (version !== '1' || !itemId || accountId === undefined || ![4, 6].includes(rest.length)) return null;
  if (!rest.every((part) => /^\d{1,15}$/.test(part))) return null;
  const [at = 0, base = 0, since = 0, head = 0, page = 0, born = 0] = rest.map(Number);
  return { itemId, accountId: accountId === '' ? null : accountId, at, base, since, head, page, born };
};
