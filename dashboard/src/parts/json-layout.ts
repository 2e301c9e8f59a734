const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const INDENT = '  ';

/**
 * JSON laid out to be read, token for token: digits, escapes, order and keys that are there twice stay as they are, only
 * the space between them changes. Undefined where the text is no JSON.
 */
export function layOutJson(json: string): string | undefined {
  try {
    JSON.parse(json);
  } catch {
    return undefined;
  }
  let laidOut = '';
  let depth = 0;
  let before = '';
  const line = (): string => `\n${INDENT.repeat(depth)}`;
  for (const [token] of json.matchAll(TOKEN)) {
    const isEnd = token === '}' || token === ']';
    if (isEnd) depth -= 1;
    const isEmpty = isEnd && (before === '{' || before === '[');
    const isBegun = before === '{' || before === '[' || before === ',';
    if (!isEmpty && (isEnd || isBegun)) laidOut += line();
    laidOut += token === ':' ? ': ' : token;
    if (token === '{' || token === '[') depth += 1;
    before = token;
  }
  return laidOut;
}
