import { readFileSync } from 'node:fs';
import { checkFields, type Json } from './plaid-api/fields.js';
import { DEFAULT_OPTIONS, type BadDays, type SimulatorOptions } from './create-simulator.js';
import { durationMs } from './model/duration.js';

export interface SimulatorConfig extends SimulatorOptions {
  /** Ends when stdin closes: whoever started it is gone. */
  supervised: boolean;
}

/** A variable of the environment that cannot be used; the message names it. */
export class ConfigError extends Error {}

const clientsOf = (text: string): Map<string, string> => {
  const pairs = text.split(',').map((pair) => /^\s*([^:\s]+):(\S+?)\s*$/.exec(pair));
  if (pairs.some((pair) => pair === null))
    throw new ConfigError('SIMULATOR_CLIENTS must be client_id:secret, several separated by commas');
  return new Map(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
};

const badDaysIn = (path: string): BadDays => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`SIMULATOR_FAULTS: ${path} is no JSON file that can be read (${String(error)})`);
  }
  try {
    checkFields(parsed as Json, {
      faults: { kind: 'array' },
      rate_limits: { kind: 'object' },
      script: { kind: 'object' },
    });
  } catch (error) {
    throw new ConfigError(`SIMULATOR_FAULTS: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parsed as BadDays;
};

/**
 * Reads SIMULATOR_* (documented in docs/simulator.md) and ARDEA_SUPERVISED; an empty variable counts as absent.
 * @throws ConfigError naming the variable
 */
export const readConfig = (env: NodeJS.ProcessEnv = process.env): SimulatorConfig => {
  const text = (name: string): string | null => env[name]?.trim() || null;
  const duration = (name: string, otherwise: number): number => {
    const value = text(name);
    const ms = value === null ? otherwise : value === '0' ? 0 : durationMs(value);
    if (ms === null)
      throw new ConfigError(`${name} must be a duration like 500ms, 15s, 6h or 1d, not "${value}"`);
    return ms;
  };
  const port = text('SIMULATOR_PORT') ?? String(DEFAULT_OPTIONS.port);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new ConfigError(`SIMULATOR_PORT must be a port number, not "${port}"`);
  const clients = text('SIMULATOR_CLIENTS');
  const initialDelayMs = duration('SIMULATOR_INITIAL_DELAY', DEFAULT_OPTIONS.initialDelayMs);
  const historicalDelayMs = duration(
    'SIMULATOR_HISTORICAL_DELAY',
    Math.max(initialDelayMs, DEFAULT_OPTIONS.historicalDelayMs),
  );
  if (historicalDelayMs < initialDelayMs)
    throw new ConfigError('SIMULATOR_HISTORICAL_DELAY must not be shorter than SIMULATOR_INITIAL_DELAY');
  const faults = text('SIMULATOR_FAULTS');
  return {
    host: text('SIMULATOR_HOST') ?? DEFAULT_OPTIONS.host,
    port: Number(port),
    dataDir: text('SIMULATOR_DATA_DIR'),
    seed: text('SIMULATOR_SEED'),
    clients: clients === null ? DEFAULT_OPTIONS.clients : clientsOf(clients),
    initialDelayMs,
    historicalDelayMs,
    loginExpiresMs: duration('SIMULATOR_LOGIN_EXPIRES', DEFAULT_OPTIONS.loginExpiresMs),
    webhookTimeoutMs: duration('SIMULATOR_WEBHOOK_TIMEOUT', DEFAULT_OPTIONS.webhookTimeoutMs),
    webhookRetryDelayMs: duration('SIMULATOR_WEBHOOK_RETRY_DELAY', DEFAULT_OPTIONS.webhookRetryDelayMs),
    latencyMs: duration('SIMULATOR_LATENCY', DEFAULT_OPTIONS.latencyMs),
    faults: faults === null ? null : badDaysIn(faults),
    supervised: text('ARDEA_SUPERVISED') === '1',
  };
};
