import { ConfigError } from '../config/index.js';

/** A mistake of the person at the command line; printed without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Runs a command line program: expected errors are one plain message, all others come with their stack. Exit code 1 for both. */
export function runProgram(name: string, main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    const expected = error instanceof ConfigError || error instanceof UsageError;
    const text =
      error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`${name}: ${text}\n`);
    process.exitCode = 1;
  });
}
