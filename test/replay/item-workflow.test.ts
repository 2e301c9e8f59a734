import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { historyFromText, type History } from '../../scripts/history-file.js';
import { bundleWorkflows, quietRuntime } from '../support/workflows.js';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'test/fixtures/histories/item-workflow');
const BUILT = join(ROOT, 'dist/workflow-bundle.js');
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

const load = (file: string): History => historyFromText(readFileSync(join(FOLDER, file), 'utf8'));

/** Replays all files; what failed, by file. */
const replay = async (
  options: Pick<ReplayWorkerOptions, 'workflowBundle'>,
  histories: { file: string; history: History }[],
): Promise<Record<string, string>> => {
  const failures: Record<string, string> = {};
  const named = histories.map(({ file, history }) => ({ workflowId: basename(file, '.json'), history }));
  for await (const { workflowId, error } of Worker.runReplayHistories(options, named))
    if (error) failures[workflowId] = `${error.name}: ${error.message}`;
  return failures;
};

let sources: Pick<ReplayWorkerOptions, 'workflowBundle'>;

beforeAll(async () => {
  quietRuntime();
  sources = { workflowBundle: await bundleWorkflows() };
});

describe('recorded executions of the item workflow', () => {
  const all = FILES.map((file) => ({ file, history: load(file) }));

  it('cover what an Item goes through', () => {
    expect(FILES.sort()).toEqual([
      'bursts-of-signals.json',
      'continue-as-new.2.json',
      'continue-as-new.json',
      'failure-and-idle.json',
      'first-sync-with-handover.json',
      'looks-without-rest.json',
      'pause-and-revival.json',
      'stopped.json',
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

  it('fail when the code would have done something else', async () => {
    const history = load('first-sync-with-handover.json');
    const scheduled = history.events!.find((event) => event.activityTaskScheduledEventAttributes);
    scheduled!.activityTaskScheduledEventAttributes!.activityType!.name = 'somethingElse';
    const failures = await replay(sources, [{ file: 'changed.json', history }]);
    expect(failures['changed']).toMatch(/Determinism/);
  });
});
