/**
 * Public identifiers. Rows are keyed by UUIDs; the API shows them as a prefix and the UUID's 128 bits in base58,
 * always 22 characters (`txn_3mJr7AoUXx2Wqd…`), as Heron's clients expect. The mapping is a bijection: no column
 * holds the public form, and a malformed one can never reach the database.
 */
export const ID_PREFIXES = {
  organization: 'org',
  endUser: 'eus',
  transaction: 'txn',
  integration: 'itg',
  dataSource: 'dso',
  dataSourceAccount: 'dsa',
  apiKey: 'key',
  user: 'usr',
  invite: 'inv',
  inboxWebhook: 'iwh',
  syncRun: 'run',
  relink: 'rln',
  audit: 'aud',
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const LENGTH = 22;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MAX = 1n << 128n;

/** Encodes a row's UUID as the public id of its kind. Throws a TypeError on anything but a lower-case UUID: that is a bug. */
export function toPublicId(kind: IdKind, uuid: string): string {
  if (!UUID.test(uuid)) throw new TypeError(`not a UUID: ${uuid}`);
  let rest = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let digits = '';
  for (let i = 0; i < LENGTH; i++) {
    digits = ALPHABET.charAt(Number(rest % 58n)) + digits;
    rest /= 58n;
  }
  return `${ID_PREFIXES[kind]}_${digits}`;
}

/** Decodes a public id; `null` when it is not a well-formed id of that kind (so the caller answers 404, not 500). */
export function fromPublicId(kind: IdKind, id: string): string | null {
  const prefix = `${ID_PREFIXES[kind]}_`;
  const digits = id.slice(prefix.length);
  if (!id.startsWith(prefix) || digits.length !== LENGTH) return null;
  let value = 0n;
  for (const char of digits) {
    const digit = ALPHABET.indexOf(char);
    if (digit < 0) return null;
    value = value * 58n + BigInt(digit);
  }
  if (value >= MAX) return null;
  const hex = value.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
