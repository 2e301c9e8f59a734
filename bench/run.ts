import { readArguments } from './arguments.js';
import { printResults, saveResults } from './report.js';
import type { Scenario, ScenarioResult } from './scenario.js';
import { dashboard } from './scenarios/dashboard.js';
import { firstSync } from './scenarios/first-sync.js';
import { latency } from './scenarios/latency.js';
import { memory } from './scenarios/memory.js';
import { syncRate } from './scenarios/sync-rate.js';
import { webhookIntake } from './scenarios/webhook-intake.js';
import { createBench } from './stack/bench.js';

const SCENARIOS: readonly Scenario[] = [firstSync, memory, webhookIntake, latency, syncRate, dashboard];

async function main(): Promise<void> {
  const { scenarios, quick, save } = readArguments(
    process.argv.slice(2),
    SCENARIOS.map(({ name }) => name),
  );
  const chosen = SCENARIOS.filter(({ name }) => scenarios.length === 0 || scenarios.includes(name));
  const bench = createBench({ quick });
  const end = (): void => void bench.close().then(() => process.exit(130));
  process.once('SIGINT', end).once('SIGTERM', end);
  const results: Record<string, ScenarioResult> = {};
  try {
    for (const scenario of chosen) {
      bench.say(`${scenario.title} (${scenario.name})`);
      results[scenario.name] = await scenario.run(bench);
    }
  } finally {
    await bench.close();
  }
  printResults(chosen, results);
  bench.say(`\nwritten to ${saveResults(results, { quick, save })}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
