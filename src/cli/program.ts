import { ConfigError } from '../config/index.js';
import { databaseFailure } from '../db/errors.js';

/** A mistake of the person at the command line; printed without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

function describe(error: unknown): string {
  if (error instanceof ConfigError || error instanceof UsageError) return error.message;
  if (!(error instanceof Error)) return String(error);
  if (databaseFailure(error) === 'unavailable')
    return `the database cannot be reached, see DATABASE_URL (${error.message})`;
  return error.stack ?? error.message;
}

/** Runs a command line program: expected errors are one plain message, all others come with their stack. Exit code 1 for both. */
export function runProgram(name: string, main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    process.stderr.write(`${name}: ${describe(error)}\n`);
    process.exitCode = 1;
  });
}
