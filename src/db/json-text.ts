import { LosslessNumber, isLosslessNumber, parse, stringify } from 'lossless-json';

/** A JSON document as text that jsonb accepts. */
export interface JsonText {
  text: string;
  /**
   * JSON object from position (in `added`, then `modified`) to the row's own text, for the rows that had to be altered;
   * null when none was, which is all but always.
   */
  originals: string | null;
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const ANY_SURROGATE = /[\ud800-\udfff]/;
const REPLACEMENT = '\ufffd';
/** PostgreSQL's numeric ends at 131,072 digits before the point; nothing real comes near this. */
const LARGEST_EXPONENT = 1_000;

const ESCAPE = /\\u0000|\\u[dD][89a-fA-F]/;
/** Looks for the number's beginning as well: ids such as Plaid's are full of digits around an `e`. */
const HUGE_EXPONENT = /[:,[\s]-?\d+(?:\.\d+)?[eE][+-]?\d{4,}/;

/** Whether jsonb could refuse the text: an escaped NUL, an escaped surrogate (perhaps a lone one), a huge exponent. */
function isSuspicious(text: string): boolean {
  return (text.includes('\\u') && ESCAPE.test(text)) || HUGE_EXPONENT.test(text);
}

/** A string as `pageForJsonb` leaves it in the document: ids that are compared with stored ones go through it. */
export function textForJsonb(text: string): string {
  if (!ANY_SURROGATE.test(text) && !text.includes('\u0000')) return text;
  return text.replaceAll('\u0000', REPLACEMENT).replace(LONE_SURROGATE, REPLACEMENT);
}

function mended(value: unknown): unknown {
  if (typeof value === 'string') return textForJsonb(value);
  if (isLosslessNumber(value)) {
    const exponent = /[eE]([+-]?\d+)$/.exec(value.value)?.[1];
    return exponent !== undefined && Math.abs(Number(exponent)) > LARGEST_EXPONENT ? null : value;
  }
  if (Array.isArray(value)) return value.map(mended);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [mended(key) as string, mended(entry)]),
    );
  }
  return value;
}

const lossless = (body: string): unknown =>
  parse(body, undefined, {
    parseNumber: (text) => new LosslessNumber(text),
    // As jsonb and JSON.parse have it.
    onDuplicateKey: ({ newValue }) => newValue,
  });
const toText = (value: unknown): string => stringify(value) ?? 'null';

/**
 * Makes a page of /transactions/sync fit for jsonb. What jsonb refuses (`\u0000`, lone surrogates, absurd exponents) is
 * replaced in the document and the row's own text kept beside it, so that one strange row never blocks an Item.
 */
export function pageForJsonb(body: string): JsonText {
  if (!isSuspicious(body)) return { text: body, originals: null };
  const page = lossless(body) as { added: unknown[]; modified: unknown[] };
  const originals: Record<string, string> = {};
  const rows = [...page.added, ...page.modified].map((row, position) => {
    const clean = mended(row);
    const text = toText(row);
    // JSON escapes every character that jsonb refuses, so the row's text itself is plain enough to travel.
    if (toText(clean) !== text) originals[position] = text;
    return clean;
  });
  const clean = {
    ...(mended({ ...page, added: [], modified: [] }) as object),
    added: rows.slice(0, page.added.length),
    modified: rows.slice(page.added.length),
  };
  return {
    text: toText(clean),
    originals: Object.keys(originals).length === 0 ? null : JSON.stringify(originals),
  };
}

/** The same for a document without rows (/accounts/get). */
export function documentForJsonb(body: string): string {
  return isSuspicious(body) ? toText(mended(lossless(body))) : body;
}
