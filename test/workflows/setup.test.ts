import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { setupTemporal } from '../../src/temporal/setup.js';
import { STATUS_ATTRIBUTE, SWEEP_SCHEDULE_ID } from '../../src/workflows/messages.js';
import { testTemporal } from '../support/temporal.js';
import { quietRuntime } from '../support/workflows.js';

const namespace = `test-${randomBytes(6).toString('hex')}`;
let connection: Connection;
let client: Client;

beforeAll(async () => {
  quietRuntime();
  connection = await Connection.connect({ address: (await testTemporal()).address });
  client = new Client({ connection, namespace });
});
afterAll(async () => {
  await client.schedule.getHandle(SWEEP_SCHEDULE_ID).delete();
  await connection.close();
});

it('sets an empty Temporal up, and changes only what differs when it is run again', async () => {
  const logger = createLogger('test', 'silent');
  const setup = (sweepIntervalMs: number, taskQueue = 'one') =>
    setupTemporal(client, logger, { namespace, taskQueue, sweepIntervalMs });
  await setup(3_600_000);
  await setup(3_600_000);
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  expect(Object.keys(customAttributes)).toContain(STATUS_ATTRIBUTE);
  await setup(7_200_000, 'two');
  const { spec, action } = await client.schedule.getHandle(SWEEP_SCHEDULE_ID).describe();
  expect(spec.intervals).toMatchObject([{ every: 7_200_000 }]);
  expect(action).toMatchObject({ taskQueue: 'two' });
});
