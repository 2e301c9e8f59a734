import { randomBytes } from 'node:crypto';

/**
 * JSON that leaves this process digit for digit (invariant I9). A double cannot hold 123456789012345678.1234567, so
 * money stays the text that PostgreSQL gave and is put into the output as it is. `JSON.stringify` does the rest, which
 * is several times faster than a serialiser in JavaScript: each raw text stands there as a short token that cannot occur in
 * data (a random number of this process, which never leaves it), and is put in place afterwards.
 */
const NONCE = randomBytes(12).toString('hex');
const TOKEN = new RegExp(`"${NONCE}:(\\d+)"`, 'g');

/** The raw texts of the `stringifyExact` that is running; it is synchronous, so there is one at most. */
let rawTexts: string[] = [];

/** A JSON text that is put into the output as it is. */
export class RawJson {
  constructor(private readonly text: string) {}

  toJSON(): string {
    return `${NONCE}:${rawTexts.push(this.text) - 1}`;
  }
}

/** A number with exactly the digits of its text. */
export class ExactNumber extends RawJson {
  declare private readonly kind: 'number';
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/** PostgreSQL's numeric text as a JSON number; null for null, and for NaN and the infinities, which JSON does not have. */
export function exactNumber(text: string | null): ExactNumber | null {
  return text === null || !NUMBER.test(text) ? null : new ExactNumber(text);
}

/** A JSON text that PostgreSQL (jsonb::text) or Plaid wrote; null for null. It must be well-formed: it is not parsed. */
export function rawJson(text: string | null): RawJson | null {
  return text === null ? null : new RawJson(text);
}

/** `JSON.stringify` that honours RawJson. */
export function stringifyExact(value: unknown): string {
  rawTexts = [];
  const texts = rawTexts;
  const json = JSON.stringify(value);
  return texts.length === 0 ? json : json.replace(TOKEN, (_token, index: string) => texts[Number(index)]!);
}
