import type { ReadPosition } from './update-log.js';

/** What an opaque cursor carries. */
export interface Cursor extends ReadPosition {
  itemId: string;
  /**
   * Head of the log when the page was served. In the middle of a chain of pages the log must not have grown since;
   * a cursor at which a chain begins (`at === base`) is valid whatever happened.
   */
  head: number;
}

/** The cursor as Plaid's clients see it: base64 without meaning, below 256 characters. */
export const encodeCursor = (cursor: Cursor): string =>
  Buffer.from(
    ['1', cursor.itemId, cursor.accountId ?? '', cursor.at, cursor.base, cursor.since, cursor.head].join('|'),
  ).toString('base64');

/** Reads a cursor back; null when it is not one of ours. */
export const decodeCursor = (text: string): Cursor | null => {
  const [version, itemId, accountId, ...rest] = Buffer.from(text, 'base64').toString('utf8').split('|');
  if (version !== '1' || !itemId || accountId === undefined || rest.length !== 4) return null;
  if (!rest.every((part) => /^\d{1,15}$/.test(part))) return null;
  const [at, base, since, head] = rest.map(Number) as [number, number, number, number];
  return { itemId, accountId: accountId === '' ? null : accountId, at, base, since, head };
};
