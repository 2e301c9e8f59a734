import pg from 'pg';
import type { Logger } from '../logger.js';
import { CHANGES_CHANNEL } from './queries/changes.js';

/**
 * Wakes readers that wait for changes of an organisation. A hint only: it opens a connection of its own (outside the
 * pool) with the first waiter, and where notifications do not come through, as behind a pooler in transaction mode, waiters
 * wake after their poll interval all the same.
 */
export interface ChangeListener {
  /** Resolves on a notification for the organisation, after `timeoutMs`, or when the signal aborts. Never rejects. */
  next(organizationId: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Waiters at this moment. */
  waiting(): number;
  close(): Promise<void>;
}

export interface ChangeListenerDeps {
  databaseUrl: string;
  logger: Logger;
  name: string;
}

const RECONNECT_MS = 5_000;

export function createChangeListener({ databaseUrl, logger, name }: ChangeListenerDeps): ChangeListener {
  const waiters = new Map<string, Set<() => void>>();
  let client: pg.Client | null = null;
  let notBefore = 0;
  let closed = false;

  const lost = (broken: pg.Client, reason: string): void => {
    if (client !== broken) return;
    client = null;
    notBefore = Date.now() + RECONNECT_MS;
    logger.debug({ reason }, 'no notifications of changes; readers poll');
    broken.end().catch(() => undefined);
  };

  const connect = (): void => {
    if (client !== null || closed || Date.now() < notBefore) return;
    const fresh = new pg.Client({
      connectionString: databaseUrl,
      application_name: `${name}-listener`,
      keepAlive: true,
    });
    client = fresh;
    fresh.on('error', (error) => lost(fresh, error.message));
    fresh.on('end', () => lost(fresh, 'connection ended'));
    fresh.on('notification', ({ payload }) => {
      for (const wake of [...(waiters.get(payload ?? '') ?? [])]) wake();
    });
    fresh
      .connect()
      .then(() => fresh.query(`listen ${CHANGES_CHANNEL}`))
      .catch((error: Error) => lost(fresh, error.message));
  };

  return {
    next(organizationId, timeoutMs, signal) {
      if (signal.aborted) return Promise.resolve();
      connect();
      return new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          const group = waiters.get(organizationId);
          group?.delete(wake);
          if (group?.size === 0) waiters.delete(organizationId);
          resolve();
        };
        const timer = setTimeout(wake, timeoutMs);
        signal.addEventListener('abort', wake, { once: true });
        const group = waiters.get(organizationId) ?? new Set();
        waiters.set(organizationId, group.add(wake));
      });
    },
    waiting: () => [...waiters.values()].reduce((sum, group) => sum + group.size, 0),
    async close() {
      closed = true;
      for (const group of [...waiters.values()]) for (const wake of [...group]) wake();
      const open = client;
      client = null;
      await open?.end().catch(() => undefined);
    },
  };
}
