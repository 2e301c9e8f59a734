import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, relative } from 'node:path';
import { projectRoot } from '../local/project-root.js';
import type { TortureReport } from './options.js';

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
  writeFileSync(file, `${JSON.stringify({ at, machine, ...report, journalFile: undefined }, null, 2)}\n`);
  return relative(projectRoot(), file);
}
