import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../../..');

/** Compiles the simulator alone into a folder of its own, so that tests can start it as the program that users run. */
export const compileSimulator = (): { main: string; remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), 'ardea-simulator-'));
  const sources = readdirSync(join(ROOT, 'simulator'), { recursive: true, encoding: 'utf8' });
  for (const source of sources.filter((name) => name.endsWith('.ts'))) {
    const target = join(folder, 'simulator', source.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    const { outputText } = ts.transpileModule(readFileSync(join(ROOT, 'simulator', source), 'utf8'), {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2023,
        verbatimModuleSyntax: true,
      },
    });
    writeFileSync(target, outputText);
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return { main: join(folder, 'simulator/main.js'), remove: () => rmSync(folder, { recursive: true }) };
};

/** Starts the compiled program with nothing but these variables. */
export const runProgram = (main: string, env: Record<string, string>) => {
  const child = spawn(process.execPath, [relative(process.cwd(), main)], { env, stdio: 'pipe' });
  const output = { stdout: '', stderr: '' };
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const stopped = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((done) =>
    child.on('close', (code, signal) => done({ code, signal })),
  );
  const listening = new Promise<string>((done, fail) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output.stdout += chunk.toString();
      const url = /^simulator listening on (http:\S+)\n/.exec(output.stdout)?.[1];
      if (url !== undefined) done(url);
    });
    child.on('close', () => fail(new Error(`ended before it listened: ${output.stderr}`)));
  });
  // Whoever expects the program to refuse waits for its end instead.
  listening.catch(() => undefined);
  return { child, output, stopped, listening };
};
