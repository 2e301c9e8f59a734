import { inspect } from 'node:util';
import { readArguments } from './arguments.js';
import { prove } from './breaks/prove.js';
import { describeReport, saveReport } from './report.js';
import { runTorture } from './run.js';

async function main(): Promise<void> {
  const { save, prove: proven, ...options } = readArguments(process.argv.slice(2));
  // Children hang on pipes of this process and folders on its end: nothing is left behind.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(130));
  const say = (line: string): void => console.log(line);
  if (proven !== null) {
    process.exit((await prove(proven.which, { ...options, say })) ? 0 : 1);
  }
  console.log(`seed ${options.seed}: ${options.items} Items, ${options.minutes} minutes`);
  const report = await runTorture({ ...options, say });
  console.log(describeReport(report));
  if (save) console.log(`written to ${saveReport(report)}`);
  // Everything is closed. Ending by itself, Node 20 may spin for ever over the handles of a long run (seen in its
  // Environment::CleanupHandles); an exit leaves them to the system.
  process.exit(report.passed ? 0 : 1);
}

main().catch((error: unknown) => {
  console.error(inspect(error));
  process.exit(2);
});
