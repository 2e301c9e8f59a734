/** Bundles the compiled workflows for production: what the sandbox refuses fails here, at build time, and workers start faster. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const compiled = new URL('../', import.meta.url);
const quiet = {
  ...console,
  info: () => undefined,
  debug: () => undefined,
  trace: () => undefined,
  log: () => undefined,
};
const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('src/workflows/index.js', compiled)),
  logger: quiet,
});
await writeFile(new URL('workflow-bundle.js', compiled), code);
