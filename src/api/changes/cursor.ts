import type { FeedPlace } from '../../db/queries/changes-read.js';
import { invalidQuery } from '../validation.js';

const FORM = /^1\.([0-9a-f-]{36})\.(\d{1,9})\.(\d{1,18})$/;

/** Opaque to callers; holds whose feed it is, so that it cannot be used on another. */
export function formatCursor(organizationId: string, { incarnation, position }: FeedPlace): string {
  return Buffer.from(`1.${organizationId}.${incarnation}.${position}`).toString('base64url');
}

/** Throws `feed.cursor_invalid` for anything that this organisation was not given. */
export function parseCursor(organizationId: string, cursor: string): FeedPlace {
  const [, organization, incarnation, position] =
    FORM.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (organization !== organizationId || incarnation === undefined || position === undefined)
    throw invalidQuery('cursor', 'Not a cursor of this feed.', 'feed.cursor_invalid');
  return { incarnation: Number(incarnation), position: BigInt(position) };
}
