/**
 * What stands in an address, as text: `1.10`, `true` and an id of twenty digits stay what they are, written by hand or
 * pasted. What is there more than once is an array.
 */
export function parseSearch(search: string): Record<string, string | string[]> {
  const found = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(search))
    found.set(name, [...(found.get(name) ?? []), withoutQuotes(value)]);
  return Object.fromEntries(
    [...found].map(([name, values]) => [name, values.length > 1 ? values : values[0]!]),
  );
}

type Value = string | number | boolean | null | undefined;

/** The other way: `parseSearch` gives back the same texts. Values are texts, numbers, flags or arrays of them. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const written = new URLSearchParams();
  for (const [name, value] of Object.entries(search) as [string, Value | Value[]][])
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined && each !== null) written.append(name, withQuotes(String(each)));
  const text = written.toString();
  return text === '' ? '' : `?${text}`;
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Older links put texts into quotes that would be something else in JSON: `"123"`. */
function withoutQuotes(text: string): string {
  if (!text.startsWith('"')) return text;
  const inside = jsonOf(text);
  return typeof inside === 'string' && jsonOf(inside) !== undefined ? inside : text;
}

/** Only for what would lose quotes of its own when it is read. */
const withQuotes = (text: string): string => (withoutQuotes(text) === text ? text : JSON.stringify(text));
