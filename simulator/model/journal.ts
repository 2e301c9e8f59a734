import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Delivery, SigningKey } from './delivery.js';
import type { Item, PublicToken } from './item.js';
import type { Change } from './update-log.js';
import type { ClockState } from './virtual-clock.js';

/** What the whole simulator has once, and not per Item. */
export interface Settings {
  seed: string;
  nextItemNumber: number;
  nextDeliveryId: number;
  nextFaultId: number;
  nextIncidentNumber: number;
  clock: ClockState;
  webhooksPaused: boolean;
}

/** One line of the journal. All kinds but `changes` replace what was there under the same key. */
export type JournalRecord =
  | { kind: 'settings'; value: Settings }
  | { kind: 'client'; clientId: string; secret: string }
  | { kind: 'item'; value: Item }
  | { kind: 'changes'; itemId: string; changes: readonly Change[] }
  | { kind: 'public_token'; value: PublicToken }
  | { kind: 'key'; value: SigningKey }
  | { kind: 'delivery'; value: Delivery }
  // What lies between these two counts as a whole or not at all.
  | { kind: 'begin' }
  | { kind: 'commit' };

/** Where state is kept, if at all. A record is on its way to the disk when `append` returns: SIGKILL loses none. */
export interface Journal {
  /** The records written before, oldest first. */
  load(): JournalRecord[];
  append(record: JournalRecord): void;
  /** Replaces everything written so far; atomic. */
  compact(records: Iterable<JournalRecord>): void;
  close(): void;
}

/** Keeps nothing. */
export const createMemoryJournal = (): Journal => ({
  load: () => [],
  append: () => undefined,
  compact: () => undefined,
  close: () => undefined,
});

/** The records without those of a group that was never committed. */
const committed = (records: JournalRecord[]): JournalRecord[] => {
  const begun = records.findLastIndex(({ kind }) => kind === 'begin');
  const ended = records.findLastIndex(({ kind }) => kind === 'commit');
  return begun > ended ? records.slice(0, begun) : records;
};

const linesOf = (bytes: Buffer): string[] => {
  const lines: string[] = [];
  let start = 0;
  // What follows the last newline is a line that the process died over: never answered, never used.
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    lines.push(bytes.toString('utf8', start, end));
    start = end + 1;
  }
  return lines;
};

/** Keeps the state in `journal.jsonl` of a folder, which is created (0700) if need be. It holds private keys. */
export const createFileJournal = (folder: string): Journal => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'journal.jsonl');
  let file: number | null = null;
  const opened = (): number => (file ??= openSync(path, 'a', 0o600));
  return {
    load: () =>
      existsSync(path)
        ? committed(linesOf(readFileSync(path)).map((line) => JSON.parse(line) as JournalRecord))
        : [],
    append: (record) => {
      writeSync(opened(), `${JSON.stringify(record)}\n`);
    },
    compact: (records) => {
      const next = `${path}.next`;
      writeFileSync(next, '', { mode: 0o600 });
      const target = openSync(next, 'w', 0o600);
      for (const record of records) writeSync(target, `${JSON.stringify(record)}\n`);
      closeSync(target);
      if (file !== null) closeSync(file);
      file = null;
      renameSync(next, path);
    },
    close: () => {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
};
