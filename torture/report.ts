import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, relative } from 'node:path';
import { projectRoot } from '../local/project-root.js';
import { violate, type CheckContext } from './check/context.js';
import { faultKinds, firedByKind } from './driver/faults.js';
import { EVERY_FAULT_FROM_MINUTES } from './driver/unused-faults.js';
import type { TortureReport } from './options.js';

async function faultsOf(context: CheckContext): Promise<Record<string, number>> {
  const { options, simulator } = context;
  if (!options.faults) return {};
  const fired = await firedByKind(simulator);
  const unused = (await faultKinds(simulator)).map(({ kind }) => kind).filter((kind) => !fired[kind]);
  if (unused.length > 0 && options.minutes >= EVERY_FAULT_FROM_MINUTES)
    violate(context, 'coverage', `kinds of faults that never acted: ${unused.join(', ')}`);
  return fired;
}

/** What a run has done, counted and found. */
export async function reportOf(
  context: CheckContext,
  tookMs: TortureReport['tookMs'],
): Promise<TortureReport> {
  const { options, journal, readers, checked, violations } = context;
  const { seed, minutes, items, temporal, kills } = options;
  const faults = await faultsOf(context);
  checked['changes read by readers'] = readers.reduce((sum, reader) => sum + reader.changes(), 0);
  const killed: Record<string, number> = {};
  const counts: Record<string, number> = {};
  for (const [what, n] of Object.entries(journal.counts()))
    if (what.startsWith('killed ')) killed[what.slice('killed '.length)] = n;
    else counts[what] = n;
  const passed = violations.length === 0;
  return {
    seed,
    passed,
    minutes,
    items,
    temporal,
    kills,
    tookMs,
    killed,
    counts,
    faults,
    checked,
    violations,
  };
}

const table = (title: string, entries: Readonly<Record<string, number>>): string[] => {
  const rows = Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
  return rows.length === 0
    ? []
    : [title, ...rows.map(([what, n]) => `  ${what.padEnd(46)} ${String(n).padStart(12)}`)];
};

const SHOWN = 12;

/** The report for a person: what was done, what was checked, what is wrong. */
export function describeReport(report: TortureReport): string {
  const { setUp, inputs, quiet, checks } = report.tookMs;
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  const lines = [
    ...table('killed', report.killed),
    ...table('done', report.counts),
    ...table('faults', report.faults),
    ...table('checked', report.checked),
    `set up ${seconds(setUp)}, inputs ${seconds(inputs)}, quiet ${seconds(quiet)}, checks ${seconds(checks)}`,
  ];
  for (const { invariant, what, detail } of report.violations.slice(0, SHOWN))
    lines.push('', `VIOLATION of ${invariant}: ${what}`, ...detail.map((line) => `  ${line}`));
  if (report.violations.length > SHOWN) lines.push(`… and ${report.violations.length - SHOWN} more`);
  lines.push(
    '',
    report.passed
      ? `seed ${report.seed}: nothing lost, nothing twice, nothing invented`
      : `seed ${report.seed}: ${report.violations.length} violations. Again: npm run torture -- --seed ${report.seed} --minutes ${report.minutes} --items ${report.items}`,
  );
  return lines.join('\n');
}

/** Writes the report as JSON; answers the file. */
export function saveReport(report: TortureReport): string {
  const folder = join(projectRoot(), 'torture', 'results');
  mkdirSync(folder, { recursive: true });
  const at = new Date().toISOString();
  const file = join(folder, `${at.slice(0, 19).replaceAll(':', '')}-seed-${report.seed}.json`);
  const machine = { cores: cpus().length, node: process.versions.node };
  writeFileSync(file, `${JSON.stringify({ at, machine, ...report }, null, 2)}\n`);
  return relative(projectRoot(), file);
}
