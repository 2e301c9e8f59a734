// Lets the SDK's own downloader fetch the official Temporal CLI into a folder: argv[2] folder, argv[3] version.
// A program of its own, because the native part neither ends early nor leaves signal handling alone.
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [, , downloadDir, version] = process.argv;
try {
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir, version } },
  });
  await environment.teardown();
  process.exit(0);
} catch (error) {
  // The innermost reason comes last: "… client error (Connect): dns error: failed to lookup address information".
  console.error(
    `reason: ${String(error?.message ?? error)
      .split(': ')
      .slice(-3)
      .join(': ')}`,
  );
  process.exit(1);
}
