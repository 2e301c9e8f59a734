import { ConfigError, readConfig, type SimulatorConfig } from './config.js';
import { ControlError } from './control/control-error.js';
import { createSimulator, type Simulator } from './create-simulator.js';
import { PlaidApiError } from './plaid-api/plaid-error.js';

const refuse = (message: string): never => {
  process.stderr.write(`simulator: ${message}\n`);
  process.exit(1);
};

const configOrExit = (): SimulatorConfig => {
  try {
    return readConfig();
  } catch (error) {
    if (error instanceof ConfigError) return refuse(error.message);
    throw error;
  }
};

const config = configOrExit();

const startOrExit = async (): Promise<Simulator> => {
  try {
    return await createSimulator(config);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE')
      return refuse(`port ${config.port} on ${config.host} is taken; set SIMULATOR_PORT to another one`);
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
      return refuse(
        `cannot listen on ${config.host}:${config.port} (${code}); set SIMULATOR_HOST or SIMULATOR_PORT`,
      );
    if (error instanceof ControlError || error instanceof PlaidApiError)
      return refuse(`SIMULATOR_FAULTS: ${error.message}`);
    throw error;
  }
};

const simulator = await startOrExit();
let ending = false;
const end = (): void => {
  if (ending) return;
  ending = true;
  void simulator.close().then(() => process.exit(0));
};
process.on('SIGTERM', end);
process.on('SIGINT', end);
if (config.supervised) {
  process.stdin.on('end', end).on('close', end).on('error', end);
  process.stdin.resume();
}
process.stdout.write(`simulator listening on ${simulator.url}\n`);
