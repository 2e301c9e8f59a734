import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { historyFromText, type History } from '../../scripts/history-file.js';
import * as exported from '../../src/workflows/index.js';
import { bundleWorkflows, quietRuntime } from '../support/workflows.js';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'test/fixtures/histories');
const BUILT = join(ROOT, 'dist/workflow-bundle.js');
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .sort();

const textOf = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');
const load = (file: string): History => historyFromText(textOf(file));
const typeOf = ({ events }: History): string | null | undefined =>
  events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name;

/** Replays all files; what failed, by file. */
const replay = async (
  options: Pick<ReplayWorkerOptions, 'workflowBundle'>,
  histories: { file: string; history: History }[],
): Promise<Record<string, string>> => {
  const failures: Record<string, string> = {};
  const named = histories.map(({ file, history }) => ({
    workflowId: file.replace('.json', ''),
    history,
  }));
  for await (const { workflowId, error } of Worker.runReplayHistories(options, named))
    if (error) failures[workflowId] = `${error.name}: ${error.message}`;
  return failures;
};

let sources: Pick<ReplayWorkerOptions, 'workflowBundle'>;

beforeAll(async () => {
  quietRuntime();
  sources = { workflowBundle: await bundleWorkflows() };
});

describe('recorded executions', () => {
  const all = FILES.map((file) => ({ file, history: load(file) }));

  it('are there of every workflow that a worker runs (scripts/record-histories.ts)', () => {
    const recorded = new Set(all.map(({ history }) => typeOf(history)));
    expect([...recorded].sort()).toEqual(Object.keys(exported).sort());
  });

  it('cover what an Item and an audit go through', () => {
    const namesIn = (folder: string): string[] =>
      FILES.filter((file) => file.startsWith(`${folder}/`)).map((file) => basename(file, '.json'));
    expect(namesIn('item-workflow')).toEqual([
      'bursts-of-signals',
      'continue-as-new.2',
      'continue-as-new',
      'failure-and-idle',
      'first-sync-with-handover',
      'looks-without-rest',
      'pause-and-revival',
      'stopped',
    ]);
    expect(namesIn('audit-workflow')).toEqual([
      'a-step-fails-for-good',
      'cancelled',
      'clean',
      'differs-twice',
      'ended-while-it-replays',
      'ended-while-it-syncs',
      'nothing-owed',
      'one-after-the-other',
      'waits-for-the-sync',
    ]);
    expect(namesIn('integration-audit-workflow')).toEqual([
      'cancelled',
      'continue-as-new.2',
      'continue-as-new',
      'ended-at-once',
      'waits-and-starts-more',
    ]);
  });

  // `npm test` builds first; a run of this file alone may be without a build.
  it.each(existsSync(BUILT) ? ['the sources', 'the built bundle'] : ['the sources'])(
    'are what %s would do today',
    async (which) => {
      const built = { workflowBundle: { codePath: BUILT } };
      expect(await replay(which === 'the sources' ? sources : built, all)).toEqual({});
    },
  );

  it.each(['item-workflow/first-sync-with-handover.json', 'audit-workflow/clean.json'])(
    'fail when the code would have done something else: %s',
    async (file) => {
      const history = load(file);
      const scheduled = history.events!.find((event) => event.activityTaskScheduledEventAttributes);
      scheduled!.activityTaskScheduledEventAttributes!.activityType!.name = 'somethingElse';
      const failures = await replay(sources, [{ file: 'changed.json', history }]);
      expect(failures['changed']).toMatch(/Determinism/);
    },
  );

  it('hold nothing secret (invariant I7)', () => {
    const plainOf = (file: string): string =>
      textOf(file).replace(/"\$bytes": "([^"]*)"/g, (_, bytes: string) =>
        Buffer.from(bytes, 'base64').toString(),
      );
    for (const file of FILES)
      expect(plainOf(file), file).not.toMatch(
        /access-|secret|password|cipher|\bkey_[0-9a-f]|plaid-verification/i,
      );
  });
});
