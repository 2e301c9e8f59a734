import { AppError } from '../../domain/errors.js';

/** What Ardea reads of a simulated Item. Its access token goes to the link and nowhere else. */
export interface SimulatedItem {
  item_id: string;
  access_token: string;
  transactions_update_status: string;
  error: { code?: string } | null;
}

export interface SimulatedFault {
  id: number;
  kind: string;
  item_id: string | null;
  client_id: string | null;
  active: boolean;
  fired: number;
  times: number | null;
}

/** A kind of fault or incident as the simulator describes it. */
export interface SimulatedKind {
  kind: string;
  acts_as: 'fault' | 'incident';
  summary: string;
  /** Of faults. */
  default_times?: number | null;
  params: Record<
    string,
    {
      type: string;
      required: boolean;
      values?: string[];
      default?: string | number | boolean;
      meaning: string;
    }
  >;
}

/** The control API of a simulator: docs/simulator.md. */
export interface SimulatorControl {
  call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: Record<string, unknown>): Promise<T>;
}

const TIMEOUT_MS = 10_000;
const RETRY_AFTER_SECONDS = 5;

interface Answered {
  error?: { message?: string };
}

/** `url`: of the simulator. Throws `simulator.refused` with its words, or `simulator.unavailable`. */
export function createSimulatorControl(url: string, timeoutMs = TIMEOUT_MS): SimulatorControl {
  return {
    async call<T>(
      method: 'GET' | 'POST' | 'DELETE',
      path: string,
      body?: Record<string, unknown>,
    ): Promise<T> {
      const unavailable = (cause: unknown): AppError =>
        new AppError('simulator.unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS, cause });
      let status: number;
      let answer: T & Answered;
      try {
        const response = await fetch(`${url}/simulator${path}`, {
          method,
          signal: AbortSignal.timeout(timeoutMs),
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        });
        status = response.status;
        answer = (await response.json()) as T & Answered;
      } catch (error) {
        throw unavailable(error);
      }
      if (status >= 500) throw unavailable(new Error(`the simulator answered ${status}`));
      if (status >= 400)
        throw new AppError('simulator.refused', {
          description: `The simulator refuses: ${String(answer.error?.message ?? status)}`,
        });
      return answer;
    },
  };
}
