// Runs one foreign program (PostgreSQL, Temporal) and ends it when whoever started this keeper goes away: its stdin is
// a pipe from the starter, and a pipe closes however its holder dies, `kill -9` included.
//
// Plain JavaScript, because it is spawned both from the compiled tree and, in tests, from the sources.
// argv[2]: JSON of KeptProgram, see kept-program.ts.
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';

/** @type {{ command: string, args: string[], uid?: number, gid?: number, cwd?: string, pidFile?: string, removeAfter?: string, stop: { signal: NodeJS.Signals, graceMs: number }[] }} */
const program = JSON.parse(process.argv[2] ?? '{}');

const child = spawn(program.command, program.args, {
  stdio: ['ignore', 'inherit', 'inherit'],
  ...(program.cwd === undefined ? {} : { cwd: program.cwd }),
  ...(program.uid === undefined ? {} : { uid: program.uid, gid: program.gid }),
});

const finish = (/** @type {number} */ code) => {
  if (program.pidFile !== undefined) rmSync(program.pidFile, { force: true });
  if (program.removeAfter !== undefined) rmSync(program.removeAfter, { recursive: true, force: true });
  process.exit(code);
};

child.once('error', (error) => {
  console.error(`${program.command}: ${error.message}`);
  finish(127);
});
child.once('exit', (code, signal) => finish(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
if (child.pid !== undefined && program.pidFile !== undefined) {
  writeFileSync(program.pidFile, JSON.stringify({ pid: child.pid, command: program.command }), {
    mode: 0o600,
  });
}

let stopping = false;
const stop = () => {
  if (stopping) return;
  stopping = true;
  let waitMs = 0;
  for (const { signal, graceMs } of program.stop) {
    setTimeout(() => child.kill(signal), waitMs);
    waitMs += graceMs;
  }
  setTimeout(() => child.kill('SIGKILL'), waitMs);
};

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
process.stdin.on('end', stop).on('close', stop).on('error', stop).resume();
