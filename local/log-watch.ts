import { closeSync, openSync, readSync, statSync } from 'node:fs';

export interface LogWatch {
  /** The last lines that are no structured log, such as the stack of a crash; else the last errors logged. */
  lastWords(): string;
  stop(): void;
}

const PINO_ERROR = 50;
const SHOWN_PER_WINDOW = 3;
const WINDOW_MS = 30_000;
const POLL_MS = 500;
// The colours of Temporal's native log.
const ANSI_COLOUR = /\u001b\[[\d;]*m/g;

interface Entry {
  level?: number;
  msg?: string;
  err?: { message?: string };
}

const parse = (line: string): Entry | undefined => {
  try {
    return line.startsWith('{') ? (JSON.parse(line) as Entry) : undefined;
  } catch {
    return undefined;
  }
};

const describe = ({ msg, err }: Entry): string =>
  [msg, err?.message]
    .filter((text) => text !== undefined && text !== '')
    .join(': ')
    .slice(0, 300);

/**
 * Follows a part's log file and shows its errors, a few per half minute, so that a console stays readable while
 * everything is in the file. The part writes to the file itself: its logging outlives us.
 */
export const watchLog = (part: string, file: string, print: (line: string) => void): LogWatch => {
  let position = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  let rest = '';
  let plain: string[] = [];
  let errors: string[] = [];
  let windowStart = 0;
  let shown = 0;
  let hidden = 0;

  const show = (text: string): void => {
    if (Date.now() - windowStart > WINDOW_MS) {
      if (hidden > 0) print(`${part}: ${hidden} more errors, see ${file}`);
      [windowStart, shown, hidden] = [Date.now(), 0, 0];
    }
    if (shown < SHOWN_PER_WINDOW) print(`${part}: ${text}`);
    else hidden++;
    shown++;
  };

  const take = (line: string): void => {
    const entry = parse(line);
    if (entry === undefined) {
      if (line.trim() !== '') plain = [...plain, line.replace(ANSI_COLOUR, '').slice(0, 200)].slice(-6);
    } else if ((entry.level ?? 0) >= PINO_ERROR) {
      errors = [...errors, describe(entry)].slice(-3);
      show(describe(entry));
    }
  };

  const poll = (): void => {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < position) position = 0;
    if (size === position) return;
    const chunk = Buffer.alloc(Math.min(size - position, 1_000_000));
    const handle = openSync(file, 'r');
    position += readSync(handle, chunk, 0, chunk.length, position);
    closeSync(handle);
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  };

  const timer = setInterval(poll, POLL_MS);
  return {
    lastWords() {
      poll();
      const words = plain.length > 0 ? plain : errors;
      plain = [];
      return words.map((line) => `    ${line}`).join('\n');
    },
    stop: () => clearInterval(timer),
  };
};
