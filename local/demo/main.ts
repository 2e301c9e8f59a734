// npm run demo: walks the guide against a running service, over HTTP only.
import { join } from 'node:path';
import { readDemoConfig } from '../config.js';
import { runningInstance } from '../instance-lock.js';
import { createArdeaApi } from './ardea-api.js';
import { createHttp } from './http.js';
import { printCalls } from './printed-http.js';
import { createSimulatorBank } from './simulator-bank.js';
import { walkTheGuide } from './walk.js';

const PATIENCE_MS = 120_000;

interface Service {
  url: string;
  apiKey: string;
  simulatorUrl: string;
}

/** From the environment, else the `npm start` that runs on the data folder. */
const findService = (): Service => {
  const { url, apiKey, simulatorUrl, dataFolder } = readDemoConfig();
  const instance = runningInstance(join(dataFolder, 'supervisor.json'));
  const found = {
    url: url ?? instance?.apiUrl,
    apiKey: apiKey ?? instance?.apiKey,
    simulatorUrl: simulatorUrl ?? instance?.simulatorUrl ?? 'http://localhost:3002',
  };
  if (found.url === undefined || found.apiKey === undefined) {
    throw new Error(
      `Nothing is running on ${dataFolder}. Run \`npm start\` in another terminal, or set ARDEA_URL and ARDEA_API_KEY ` +
        '(and SIMULATOR_URL) for a service that runs elsewhere.',
    );
  }
  return { url: found.url.replace(/\/+$/, ''), apiKey: found.apiKey, simulatorUrl: found.simulatorUrl };
};

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
};

try {
  const { url, apiKey, simulatorUrl } = findService();
  const print = (line: string): void => console.log(line);
  const http = createHttp(printCalls(print));
  print(`Ardea at ${url}, Plaid played by the simulator at ${simulatorUrl}.`);
  await walkTheGuide({
    api: createArdeaApi(http, url, apiKey),
    quietApi: createArdeaApi(createHttp(), url, apiKey),
    bank: createSimulatorBank(http, simulatorUrl),
    simulatorUrl,
    print,
    patienceMs: PATIENCE_MS,
  });
} catch (error) {
  console.error(`\nThe demo did not get through: ${reasonOf(error)}`);
  process.exitCode = 1;
}
