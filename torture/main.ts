import { readArguments } from './arguments.js';
import { prove } from './breaks/prove.js';
import { describeReport, saveReport } from './report.js';
import { runTorture } from './run.js';

/** Everything is closed by then. What still keeps the process is a leak of the run: told, not waited for. */
const LEAK_AFTER_MS = 15_000;

function endSoon(): void {
  setTimeout(() => {
    console.error(`still open: ${process.getActiveResourcesInfo().join(', ')}`);
    process.exit();
  }, LEAK_AFTER_MS).unref();
}

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
  process.exitCode = report.passed ? 0 : 1;
  endSoon();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(2);
});
