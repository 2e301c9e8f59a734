import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, relative } from 'node:path';
import { projectRoot } from '../local/project-root.js';
import { isMet, type Measurement, type Scenario, type ScenarioResult } from './scenario.js';
import { rounded } from './statistics.js';

const spread = ({ samples, parts }: Measurement): string =>
  parts !== undefined
    ? Object.entries(parts)
        .map(([name, value]) => `${name} ${rounded(value)}`.padEnd(12))
        .join(' ')
    : samples.length < 2
      ? ''
      : `${rounded(Math.min(...samples))} … ${rounded(Math.max(...samples))} (${samples.length})`;

/** Prints a table per scenario: figures first, then the aims. */
export function printResults(
  scenarios: readonly Scenario[],
  results: Readonly<Record<string, ScenarioResult>>,
): void {
  for (const { name, title } of scenarios) {
    const result = results[name];
    if (!result) continue;
    console.log(`\n${title}`);
    for (const line of result.remarks) console.log(`  ${line}`);
    const width = Math.max(44, ...result.measurements.map((each) => each.name.length));
    for (const each of result.measurements)
      console.log(
        `  ${each.name.padEnd(width)} ${String(rounded(each.value)).padStart(9)} ${each.unit.padEnd(8)} ${spread(each)}`,
      );
    for (const aim of result.aims) {
      const wanted = aim.atLeast === undefined ? `below ${aim.below}` : `at least ${aim.atLeast}`;
      const verdict = isMet(aim) ? 'met' : 'MISSED';
      console.log(`  ${aim.name.padEnd(44)} ${String(rounded(aim.value)).padStart(9)} ${wanted}: ${verdict}`);
    }
  }
}

/** Writes the results as JSON; answers the file. Only with `save` is it one that git sees. */
export function saveResults(
  results: Readonly<Record<string, ScenarioResult>>,
  { quick, save }: { quick: boolean; save: boolean },
): string {
  const folder = join(projectRoot(), 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const at = new Date().toISOString();
  const file = join(folder, `${at.slice(0, 19).replaceAll(':', '')}${save ? '' : '.local'}.json`);
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
  };
  const judged = Object.fromEntries(
    Object.entries(results).map(([name, result]) => [
      name,
      { ...result, aims: result.aims.map((aim) => ({ ...aim, met: isMet(aim) })) },
    ]),
  );
  writeFileSync(file, `${JSON.stringify({ at, quick, machine, results: judged }, null, 2)}\n`);
  return relative(projectRoot(), file);
}
