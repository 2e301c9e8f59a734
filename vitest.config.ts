import { defineConfig } from 'vitest/config';

/**
 * One project per folder of test/. Test files of a group run in two processes side by side; the groups that start
 * programs or measure time against a server come after the quick ones, with fewer at once.
 */
const project = (
  name: string,
  { seconds, group, parallel = true }: { seconds: number; group: number; parallel?: boolean },
) => ({
  // Not `extends`: a project would inherit globalSetup too and start servers of its own.
  test: {
    name,
    pool: 'forks' as const,
    setupFiles: ['test/support/end-with-runner.ts'],
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: seconds * 1_000,
    hookTimeout: seconds * 1_000,
    // A busy machine takes longer than the default second.
    expect: { poll: { timeout: 15_000 } },
    maxWorkers: parallel ? 2 : 1,
    sequence: { groupOrder: group },
  },
});

/** The first file that needs Temporal may have to wait until it has been downloaded or built. */
const WITH_SERVERS = 60;

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    teardownTimeout: 60_000,
    projects: [
      project('unit', { seconds: 20, group: 0 }),
      project('simulator', { seconds: 30, group: 1 }),
      project('db', { seconds: WITH_SERVERS, group: 2 }),
      project('replay', { seconds: WITH_SERVERS, group: 3 }),
      project('api', { seconds: WITH_SERVERS, group: 4 }),
      project('workflows', { seconds: 120, group: 5 }),
      project('local', { seconds: 180, group: 6, parallel: false }),
      project('e2e', { seconds: 240, group: 7, parallel: false }),
      project('dashboard', { seconds: 240, group: 7, parallel: false }),
      project('torture-breaks', { seconds: 240, group: 8, parallel: false }),
      project('torture', { seconds: 900, group: 8, parallel: false }),
    ],
  },
});
