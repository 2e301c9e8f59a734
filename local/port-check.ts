import type { LocalConfig } from './config.js';
import { isPortTaken } from './port.js';

interface Wanted {
  part: string;
  variable: string;
  port: number;
  host: string;
}

/** The ports that this configuration takes on this machine; a part that was replaced takes none. */
const wantedPorts = ({ ports, host, databaseUrl, temporalAddress }: LocalConfig): Wanted[] => [
  { part: 'API', variable: 'PORT', port: ports.api, host },
  { part: 'worker', variable: 'WORKER_PORT', port: ports.worker, host },
  { part: 'simulator', variable: 'SIMULATOR_PORT', port: ports.simulator, host },
  ...(databaseUrl === undefined
    ? [{ part: 'PostgreSQL', variable: 'POSTGRES_PORT', port: ports.postgres, host: '127.0.0.1' }]
    : []),
  ...(temporalAddress === undefined
    ? [
        { part: 'Temporal', variable: 'TEMPORAL_PORT', port: ports.temporal, host: '127.0.0.1' },
        { part: 'Temporal UI', variable: 'TEMPORAL_UI_PORT', port: ports.temporalUi, host: '127.0.0.1' },
      ]
    : []),
];

/** One line for each port that something else has, or that two parts are set to, with the variable that changes it. */
export const portConflicts = async (config: LocalConfig): Promise<string[]> => {
  const wanted = wantedPorts(config);
  const lines = await Promise.all(
    wanted.map(async ({ part, variable, port, host }, index) => {
      const twin = wanted.slice(0, index).find((other) => other.port === port);
      if (twin !== undefined)
        return `Port ${port} is set for ${twin.part} (${twin.variable}) and for ${part} (${variable}): change one.`;
      if (await isPortTaken(port, host))
        return `Port ${port}, for ${part}, is taken by another program. Set ${variable} to a free one.`;
      return undefined;
    }),
  );
  return lines.filter((line) => line !== undefined);
};
