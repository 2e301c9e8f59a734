/** What stands in an address is anybody's writing: each value is taken only in the form that the page knows. */
type Raw = Record<string, unknown>;

export const textParam = (raw: Raw, name: string, longest = 200): string | undefined => {
  const value = raw[name];
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text.trim() !== '' ? text.slice(0, longest) : undefined;
};

export const oneOfParam = <T extends string>(raw: Raw, name: string, known: readonly T[]): T | undefined =>
  known.find((each) => each === raw[name]);

export const manyOfParam = <T extends string>(
  raw: Raw,
  name: string,
  known: readonly T[],
): T[] | undefined => {
  const value = raw[name];
  const given: unknown[] = Array.isArray(value) ? value : [value];
  const found = known.filter((each) => given.includes(each));
  return found.length > 0 ? found : undefined;
};

export const flagParam = (raw: Raw, name: string): boolean | undefined =>
  raw[name] === true || raw[name] === 'true'
    ? true
    : raw[name] === false || raw[name] === 'false'
      ? false
      : undefined;

export const dayParam = (raw: Raw, name: string): string | undefined => {
  const value = raw[name];
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined;
};

export const amountParam = (raw: Raw, name: string): string | undefined => {
  const value = textParam(raw, name, 40);
  return value !== undefined && /^-?\d+(\.\d+)?$/.test(value) ? value : undefined;
};

export const wholeParam = (raw: Raw, name: string): number | undefined => {
  const value = Number(raw[name]);
  return Number.isInteger(value) && value > 0 && value <= 1_000_000 ? value : undefined;
};
