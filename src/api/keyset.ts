import { z } from 'zod';
import { text, whole } from './fields.js';
import { invalidQuery } from './validation.js';

/** Lists that grow at their head go by keyset: a page begins where the one before it ended, whatever came meanwhile. */
export const keysetQuery = {
  cursor: text(1, 200)
    .optional()
    .meta({ description: 'next_cursor of the page before, unchanged. Leave it out for the first page.' }),
  limit: whole(1, 500).default(100).meta({ description: 'Rows per page.' }),
};

export const nextCursor = z
  .string()
  .nullable()
  .meta({ description: 'Where the next page begins; null on the last one.' });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A place by row id, or by time and row id. Opaque to callers; it grants nothing, since the organisation is always asked for too. */
export interface KeysetPlace {
  at: Date | null;
  id: string;
}

export const formatPlace = ({ at, id }: KeysetPlace): string =>
  Buffer.from(`${at?.getTime() ?? ''}.${id}`).toString('base64url');

/** Throws `request.invalid` for anything that formatPlace did not make. */
export function parsePlace(cursor: string | undefined): KeysetPlace | null {
  if (cursor === undefined) return null;
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString('latin1').split('.', 2);
  if (!/^\d{0,15}$/.test(time) || !UUID.test(id))
    throw invalidQuery('cursor', 'Not a cursor of this list: use next_cursor exactly as it was returned.');
  return { at: time === '' ? null : new Date(Number(time)), id };
}

/** Cuts one row more than asked for down to a page; `next` is null when that row is not there. */
export function keysetPage<Row>(
  rows: readonly Row[],
  limit: number,
  placeOf: (row: Row) => KeysetPlace,
): { rows: readonly Row[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last !== undefined ? formatPlace(placeOf(last)) : null };
}

/** A place in an order by a column and then the row id. The value is text that PostgreSQL reads back without loss. */
export interface SortPlace {
  value: string;
  id: string;
  /** Whether the row at the place belongs to the page that begins there. */
  inclusive: boolean;
}

export const formatSortPlace = ({ value, id, inclusive }: SortPlace): string =>
  Buffer.from(`${inclusive ? '=' : '~'}${id}${value}`).toString('base64url');

/** `form`: what values of that order look like. Throws `request.invalid` for anything that formatSortPlace did not make. */
export function parseSortPlace(
  parameter: string,
  cursor: string | undefined,
  form: RegExp,
): SortPlace | null {
  if (cursor === undefined) return null;
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [id, value] = [text.slice(1, 37), text.slice(37)];
  if (!/^[=~]/.test(text) || !UUID.test(id) || !form.test(value))
    throw invalidQuery(
      parameter,
      'Not a cursor of this list in this order: use it exactly as it was returned.',
    );
  return { value, id, inclusive: text.startsWith('=') };
}
