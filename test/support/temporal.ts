import { randomBytes } from 'node:crypto';
import { askBroker } from './broker.js';

export interface TestTemporal {
  /** host:port of the frontend. */
  address: string;
  /** `default`, shared by every test file: use task queues and workflow ids of your own. */
  namespace: string;
  /** A task queue that no other test file uses. */
  taskQueue: string;
}

/** The run's Temporal dev server, with the search attributes of production registered by whoever needs them. */
export const testTemporal = async (): Promise<TestTemporal> => ({
  address: String(await askBroker('/temporal')),
  namespace: 'default',
  taskQueue: `test-${randomBytes(6).toString('hex')}`,
});
