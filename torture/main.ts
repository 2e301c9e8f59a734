import { readArguments } from './arguments.js';
import { describeReport, saveReport } from './report.js';
import { runTorture } from './run.js';

async function main(): Promise<void> {
  const { save, ...options } = readArguments(process.argv.slice(2));
  console.log(`seed ${options.seed}: ${options.items} Items, ${options.minutes} minutes`);
  // Children hang on pipes of this process and folders on its end: nothing is left behind.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(130));
  const report = await runTorture({ ...options, say: (line) => console.log(line) });
  console.log(describeReport(report));
  if (save) console.log(`written to ${saveReport(report)}`);
  process.exitCode = report.passed ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(2);
});
