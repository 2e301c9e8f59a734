// npm test [-- test/db …]: prepares, checks format, lint, types, generated files and licences, then runs the tests.
// With arguments they go to Vitest, and only it runs. The last line is always `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, checkNode, install, ROOT } from '../local/prepare.mjs';

const bin = (/** @type {string} */ name, /** @type {string} */ file) =>
  join(ROOT, 'node_modules', name, file);

const CHECKS = [
  {
    name: 'format (prettier)',
    args: [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  },
  { name: 'lint (eslint)', args: [bin('eslint', 'bin/eslint.js'), '.'] },
  { name: 'types (tsc)', args: [bin('typescript', 'bin/tsc'), '--noEmit'] },
  {
    name: 'types of the dashboard (tsc)',
    args: [bin('typescript', 'bin/tsc'), '--noEmit', '-p', 'dashboard'],
  },
  { name: 'generated files up to date', args: [join(ROOT, 'dist', 'scripts', 'generate.js'), '--check'] },
  {
    name: 'licences of what production installs and browsers load',
    args: [join(ROOT, 'scripts', 'check-licences.mjs')],
  },
];

const seconds = (/** @type {number} */ since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

const runCheck = (/** @type {{ name: string, args: string[] }} */ { name, args }) => {
  const begun = Date.now();
  const run = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  const ok = run.status === 0;
  console.log(`${ok ? '✓' : '✗'} ${name} (${seconds(begun)})`);
  if (!ok) console.log(`${run.stdout}${run.stderr}`.trim());
  return ok;
};

/** Found before the tests, so that a first download or build is not cut off by a test's time limit. */
const findTemporal = async () => {
  const { findTemporal: find } = await import('../dist/local/temporal/binary.js');
  const { readLocalConfig } = await import('../dist/local/config.js');
  await find({
    ...readLocalConfig().temporalBinary,
    report: (/** @type {string} */ line) => console.log(line),
  });
};

const runTests = async (/** @type {string[]} */ args) => {
  const folder = mkdtempSync(join(tmpdir(), 'ardea-test-report-'));
  const report = join(folder, 'report.json');
  const vitest = spawn(
    process.execPath,
    [
      bin('vitest', 'vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...args,
    ],
    { cwd: ROOT, stdio: 'inherit' },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => vitest.kill(signal));
  const code = await new Promise((resolve) => vitest.once('exit', resolve));
  try {
    const {
      numPassedTests: passed,
      numFailedTests,
      numFailedTestSuites,
      numPendingTests: skipped,
    } = JSON.parse(readFileSync(report, 'utf8'));
    // A file that does not load, or a server that does not start, fails the run without failing a test.
    const failed = numFailedTests > 0 ? numFailedTests : Number(numFailedTestSuites > 0 || code !== 0);
    if (skipped > 0) console.log(`✗ ${skipped} tests were skipped`);
    return { passed, failed: failed + skipped };
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

checkNode();
process.chdir(ROOT);
install();
build();
await findTemporal();

const args = process.argv.slice(2);
const checked = args.length > 0 ? [] : CHECKS.map(runCheck);
const tests = await runTests(args);
const passed = tests.passed + checked.filter((ok) => ok).length;
const failed = tests.failed + checked.filter((ok) => !ok).length;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
