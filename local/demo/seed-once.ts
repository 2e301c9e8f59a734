import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { simulatorUrl, type StackContext } from '../stack.js';
import { createArdeaApi } from './ardea-api.js';
import { createHttp } from './http.js';
import { seedDemo } from './seed.js';
import { createSimulatorBank } from './simulator-bank.js';

const stateOf = (file: string): 'untouched' | 'begun' | 'done' =>
  existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { seed: 'begun' | 'done' }).seed
    : 'untouched';

/**
 * Seeds the demo into an empty database, or goes on with a seed that was interrupted. A failure is told and does not
 * keep the service from running.
 * @returns whether anything was seeded
 */
export const seedOnce = async ({ config, data, secrets, print, note }: StackContext): Promise<boolean> => {
  const state = stateOf(data.demoFile);
  if (state === 'done') return false;
  const mark = (seed: 'begun' | 'done'): void => writeFileSync(data.demoFile, JSON.stringify({ seed }));
  const http = createHttp();
  const api = createArdeaApi(http, `http://127.0.0.1:${config.ports.api}`, secrets.apiKey);
  try {
    if (state === 'untouched' && (await api.listIntegrations()).length > 0) {
      mark('done');
      return false;
    }
    mark('begun');
    await seedDemo(api, createSimulatorBank(http, simulatorUrl(config)), simulatorUrl(config));
    mark('done');
    return true;
  } catch (error) {
    print(`The demo data could not be put in: ${error instanceof Error ? error.message : String(error)}`);
    note('The demo data is incomplete; the next start goes on with it.');
    return false;
  }
};
