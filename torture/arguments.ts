import { join } from 'node:path';
import { projectRoot } from '../local/project-root.js';
import type { TortureOptions } from './options.js';

export interface TortureArguments extends Omit<TortureOptions, 'say'> {
  /** Proves the proof instead: with every break, or those of an invariant, or the one of a name. */
  prove: { which: string | null } | null;
  /** Writes the report to torture/results. */
  save: boolean;
}

/** What a run is unless told otherwise. */
export const DEFAULTS = (): Omit<TortureOptions, 'say' | 'seed'> => ({
  minutes: 1,
  items: 20,
  kills: true,
  faults: true,
  dist: join(projectRoot(), 'dist'),
  temporal: 'dev',
  apis: 2,
  workers: 2,
  organizations: 3,
  quiesceMs: 240_000,
  keep: false,
  verbose: false,
});

const USAGE = `npm run torture -- [options]
  --minutes N       how long inputs and chaos go on (1)
  --items N         Items (20)
  --seed N          repeats inputs and kill points (drawn)
  --no-kills        base line: nothing is killed, cut or paused
  --no-faults       the simulator behaves
  --temporal KIND   dev (a dev server) or server (a full one on PostgreSQL)
  --workers N, --apis N, --organizations N
  --quiesce S       longest wait for quiet, in seconds (240)
  --prove [WHICH]   tries the checks on broken products instead: all of them, those of an invariant (I6), or one by name
  --save            writes the report to torture/results
  --keep            keeps the folder with logs and databases
  --verbose         tells each happening`;

const number = (name: string, text: string | undefined): number => {
  const value = Number(text);
  if (text === undefined || !Number.isFinite(value) || value <= 0)
    throw new Error(`--${name} needs a number above 0.\n${USAGE}`);
  return value;
};

const temporalKind = (text: string | undefined): TortureOptions['temporal'] => {
  if (text === 'dev' || text === 'server') return text;
  throw new Error(`--temporal is dev or server.\n${USAGE}`);
};

/**
 * Reads the command line.
 * @throws with the usage when something is not understood
 */
export function readArguments(args: readonly string[]): TortureArguments {
  const result: TortureArguments = {
    ...DEFAULTS(),
    seed: 1 + Math.floor(Math.random() * 999_999),
    save: false,
    prove: null,
  };
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    switch (word) {
      case '--minutes':
        result.minutes = number('minutes', rest.shift());
        break;
      case '--items':
        result.items = number('items', rest.shift());
        break;
      case '--seed':
        result.seed = number('seed', rest.shift());
        break;
      case '--workers':
        result.workers = number('workers', rest.shift());
        break;
      case '--apis':
        result.apis = number('apis', rest.shift());
        break;
      case '--organizations':
        result.organizations = number('organizations', rest.shift());
        break;
      case '--quiesce':
        result.quiesceMs = number('quiesce', rest.shift()) * 1_000;
        break;
      case '--temporal':
        result.temporal = temporalKind(rest.shift());
        break;
      case '--no-kills':
        result.kills = false;
        break;
      case '--no-faults':
        result.faults = false;
        break;
      case '--prove':
        result.prove = { which: rest[0]?.startsWith('--') === false ? (rest.shift() ?? null) : null };
        break;
      case '--save':
        result.save = true;
        break;
      case '--keep':
        result.keep = true;
        break;
      case '--verbose':
        result.verbose = true;
        break;
      default:
        throw new Error(`${word} is not an option.\n${USAGE}`);
    }
  }
  return result;
}
