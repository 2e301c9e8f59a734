/** What to run: `npm run bench -- [scenario…] [--quick] [--save]`. */
export interface BenchArguments {
  /** Names of scenarios; empty: all of them. */
  scenarios: string[];
  /** A smoke run: small sizes, one repetition, figures that mean nothing. */
  quick: boolean;
  /** Writes the results to a file to be committed rather than to an ignored one. */
  save: boolean;
}

/**
 * Reads the command line.
 * @throws naming an unknown option or scenario
 */
export function readArguments(args: readonly string[], known: readonly string[]): BenchArguments {
  const result: BenchArguments = { scenarios: [], quick: false, save: false };
  for (const arg of args) {
    if (arg === '--quick') result.quick = true;
    else if (arg === '--save') result.save = true;
    else if (known.includes(arg)) result.scenarios.push(arg);
    else
      throw new Error(`${arg} is neither an option (--quick, --save) nor a scenario: ${known.join(', ')}.`);
  }
  return result;
}
