import type { z } from 'zod';
import { environment, type Environment } from './environment.js';
import { VARIABLES, type VariableName } from './variables.js';

export { VARIABLES } from './variables.js';
export type { EncryptionKey } from './values.js';

type Values = { [N in VariableName]: z.output<(typeof VARIABLES)[N]['schema']> };

/** The parsed settings by variable name, durations in milliseconds. `PUBLIC_URL` is always set. */
export type Config = Omit<Values, 'PUBLIC_URL'> & { PUBLIC_URL: string };

/** A setting is absent or malformed; the message lists every one of them, never their values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

function parse<N extends VariableName>(env: Environment, names: readonly N[]): Pick<Values, N> {
  const problems: string[] = [];
  const values: Partial<Record<VariableName, unknown>> = {};
  for (const name of names) {
    const { schema, fallback, doc } = VARIABLES[name] as (typeof VARIABLES)[N] & { fallback?: string };
    // An empty variable counts as unset: compose files and CI systems pass unset ones on as ''.
    const text = env[name] === '' || env[name] === undefined ? fallback : env[name];
    const result = schema.safeParse(text);
    if (result.success) values[name] = result.data;
    else if (text === undefined) problems.push(`${name} is not set. ${doc}`);
    else problems.push(`${name} ${result.error.issues.map((issue) => issue.message).join(', ')}`);
  }
  if (problems.length > 0) throw new ConfigError(`cannot start:\n  ${problems.join('\n  ')}`);
  return values as Pick<Values, N>;
}

/** Reads all settings of api, worker and setup. Throws ConfigError naming every absent or malformed variable at once. */
export function loadConfig(env: Environment = environment()): Config {
  const values = parse(env, Object.keys(VARIABLES) as VariableName[]);
  return { ...values, PUBLIC_URL: publicUrlOf(values) };
}

const publicUrlOf = ({ PUBLIC_URL, PORT }: Pick<Values, 'PUBLIC_URL' | 'PORT'>): string =>
  PUBLIC_URL ?? `http://localhost:${PORT}`;

/** The part that commands about users need. */
export function loadUserCommandConfig(
  env: Environment = environment(),
): Pick<Config, 'DATABASE_URL' | 'PUBLIC_URL' | 'BOOTSTRAP_ORGANIZATION'> {
  const values = parse(env, ['DATABASE_URL', 'PUBLIC_URL', 'PORT', 'BOOTSTRAP_ORGANIZATION']);
  return { ...values, PUBLIC_URL: publicUrlOf(values) };
}

/** The part that migrations need: no Temporal, no keys. */
export function loadDatabaseConfig(
  env: Environment = environment(),
): Pick<Config, 'DATABASE_URL' | 'LOG_LEVEL'> {
  return parse(env, ['DATABASE_URL', 'LOG_LEVEL']);
}
