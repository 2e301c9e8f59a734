/**
 * What stands in an address is anybody's writing: each value is taken only in the form that the page knows. It comes as
 * text from the address (`parseSearch`), and as what a page knows from a link of ours.
 */
type Raw = Record<string, unknown>;

/** Of what is there more than once the first counts: left out, it would show more than was asked for. */
const one = (raw: Raw, name: string): unknown => {
  const value = raw[name];
  return Array.isArray(value) ? value[0] : value;
};

export const textParam = (raw: Raw, name: string, longest = 200): string | undefined => {
  const text = one(raw, name);
  return typeof text === 'string' && text.trim() !== '' ? text.slice(0, longest) : undefined;
};

export const oneOfParam = <T extends string>(raw: Raw, name: string, known: readonly T[]): T | undefined =>
  known.find((each) => each === one(raw, name));

/** Older links hold the list as JSON. */
const listOf = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string' || !value.startsWith('[')) return [value];
  try {
    return JSON.parse(value) as unknown[];
  } catch {
    return [];
  }
};

export const manyOfParam = <T extends string>(
  raw: Raw,
  name: string,
  known: readonly T[],
): T[] | undefined => {
  const given = listOf(raw[name]);
  const found = known.filter((each) => given.includes(each));
  return found.length > 0 ? found : undefined;
};

export const flagParam = (raw: Raw, name: string): boolean | undefined => {
  const text = String(one(raw, name));
  return text === 'true' ? true : text === 'false' ? false : undefined;
};

/** A day of the calendar, as `YYYY-MM-DD`: there is no 31 February. */
const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  new Date(text).toISOString().startsWith(text);

/** A day that somebody may mean of a bank. */
export const isPlausibleDay = (text: string): boolean => isDay(text) && text >= '1900';

export const dayParam = (raw: Raw, name: string): string | undefined => {
  const text = textParam(raw, name);
  return text !== undefined && isDay(text) ? text : undefined;
};

export const isAmount = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);

export const amountParam = (raw: Raw, name: string): string | undefined => {
  const text = textParam(raw, name, 40);
  return text !== undefined && isAmount(text) ? text : undefined;
};

export const wholeParam = (raw: Raw, name: string): number | undefined => {
  const value = Number(one(raw, name));
  return Number.isInteger(value) && value > 0 && value <= 1_000_000 ? value : undefined;
};
