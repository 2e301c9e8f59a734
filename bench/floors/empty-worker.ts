import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { readFloorConfig } from '../config.js';
import type { EmptyActivities } from './empty-workflow.js';

// A worker of the empty workflow, in a process of its own like Ardea's. Each run of its activity is told over a socket.
const { port, temporalAddress, taskQueue, reportPort } = readFloorConfig(
  'port',
  'temporalAddress',
  'taskQueue',
  'reportPort',
);
Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: ['SIGTERM'] });
const report = connect(reportPort, '127.0.0.1');
await once(report, 'connect');
report.setNoDelay(true);
const activities: EmptyActivities = {
  async nothing(id) {
    report.write(`${id}\n`);
  },
};
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: temporalAddress }),
  namespace: 'default',
  taskQueue,
  workflowsPath: fileURLToPath(new URL('./empty-workflow.js', import.meta.url)),
  activities,
});
createServer((_, response) => response.end('ok')).listen(port, '127.0.0.1');
await worker.run();
process.exit(0);
