import pg from 'pg';
import type { LiveEvent } from '../domain/live-event.js';
import type { Logger } from '../logger.js';

/** Channel of the triggers that call announce_event (migration 11). */
const EVENTS_CHANNEL = 'ardea_events';

export type AnnouncedEvent = LiveEvent & { organization: string };

/**
 * Hears what is announced by the database, on a connection of its own outside the pool. It connects again after a loss;
 * what was announced meanwhile is gone, which `onGap` tells. Behind a pooler in transaction mode nothing is ever heard.
 */
export interface EventListener {
  /** Resolves once it hears, or could not connect at once. */
  ready: Promise<void>;
  close(): Promise<void>;
}

export interface EventListenerOptions {
  databaseUrl: string;
  logger: Logger;
  name: string;
  onEvent: (event: AnnouncedEvent) => void;
  onGap: () => void;
  reconnectMs?: number;
}

/** Listens until it is closed. */
export function listenForEvents({
  databaseUrl,
  logger,
  name,
  onEvent,
  onGap,
  reconnectMs = 2_000,
}: EventListenerOptions): EventListener {
  let client: pg.Client | null = null;
  let again: NodeJS.Timeout | undefined;
  let closed = false;
  let hadGap = false;
  let readied: () => void;
  const ready = new Promise<void>((resolve) => (readied = resolve));

  const lost = (broken: pg.Client, reason: string): void => {
    if (client !== broken) return;
    client = null;
    readied();
    broken.end().catch(() => undefined);
    if (closed) return;
    hadGap = true;
    logger.debug({ reason }, 'not listening for events; trying again');
    again = setTimeout(connect, reconnectMs);
  };

  const connect = (): void => {
    const fresh = new pg.Client({
      connectionString: databaseUrl,
      application_name: `${name}-events`,
      keepAlive: true,
    });
    client = fresh;
    fresh.on('error', (error) => lost(fresh, error.message));
    fresh.on('end', () => lost(fresh, 'connection ended'));
    fresh.on('notification', ({ payload }) => onEvent(JSON.parse(payload ?? '') as AnnouncedEvent));
    fresh
      .connect()
      .then(() => fresh.query(`listen ${EVENTS_CHANNEL}`))
      .then(() => {
        if (hadGap) onGap();
        hadGap = false;
        readied();
      })
      .catch((error: Error) => lost(fresh, error.message));
  };

  connect();
  return {
    ready,
    async close() {
      closed = true;
      readied();
      clearTimeout(again);
      const open = client;
      client = null;
      await open?.end().catch(() => undefined);
    },
  };
}
