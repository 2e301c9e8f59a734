import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { environment, type Environment } from './environment.js';
import { ConfigError } from './index.js';

/** Where Temporal is and how to get in; both kinds of connection (client, worker) take it. */
export interface TemporalConfig {
  connectionOptions: ClientConnectConfig['connectionOptions'];
  namespace: string;
}

/**
 * Address, namespace, API key and TLS by the rules of Temporal's SDKs (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY,
 * TEMPORAL_TLS…, docs.temporal.io/references/client-environment-configuration). A TOML profile is read only when
 * TEMPORAL_CONFIG_FILE or TEMPORAL_PROFILE asks for it: the one that lies in a developer's home belongs to the
 * command line, and would put its credentials on the local dev server. Throws ConfigError, never naming a value.
 */
export function loadTemporalConfig(env: Environment = environment()): TemporalConfig {
  // An empty variable counts as unset, as everywhere in this folder.
  const set = Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const overrideEnvVars = Object.fromEntries(set);
  const disableFile = !overrideEnvVars.TEMPORAL_CONFIG_FILE && !overrideEnvVars.TEMPORAL_PROFILE;
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars, disableFile });
    return { connectionOptions, namespace: namespace ?? 'default' };
  } catch (error) {
    const file = error instanceof Error && 'path' in error ? ` (${String(error.path)})` : '';
    throw new ConfigError(`cannot start:\n  a TEMPORAL_ setting cannot be read${file}`);
  }
}
