import { PassThrough, type Readable } from 'node:stream';
import { listenForEvents, type EventListener, type EventListenerOptions } from '../../db/event-listener.js';
import type { EventPlace, EventReads, EventsSince } from '../../db/queries/event-reads.js';
import { AppError } from '../../domain/errors.js';
import type { LiveEvent } from '../../domain/live-event.js';
import type { Logger } from '../../logger.js';

/** Tells all who follow an organisation live what has changed there, in batches. */
export interface EventHub {
  /**
   * A stream of batches that ends with the signal: everything that changes after it was given. Throws `service.unavailable`
   * when too many follow already.
   */
  follow(organizationId: string, signal: AbortSignal): Promise<Readable>;
}

export interface EventHubOptions {
  reads: EventReads;
  logger: Logger;
  databaseUrl: string;
  name: string;
  /** One batch of events, or null for a sign of life, as it goes over the wire. */
  encode: (events: readonly LiveEvent[] | null) => string;
  limits?: { inAll: number; perOrganization: number };
  tickMs?: number;
  heartbeatMs?: number;
  listen?: (options: EventListenerOptions) => EventListener;
}

/** More in one batch are told as a reset. */
const MOST_EVENTS = 200;
const RETRY_AFTER_SECONDS = 10;
const RESET: LiveEvent = { type: 'reset' };

interface Followed {
  followers: Set<PassThrough>;
  /** Of the batch that is being collected, by what they say. */
  pending: Map<string, LiveEvent>;
  /** Null until it is known where the organisation stands. */
  place: EventPlace | null;
}

const note = (followed: Followed, event: LiveEvent): void => {
  followed.pending.set(JSON.stringify(event), event);
};

function noteAll(followed: Followed, { items, webhooks }: EventsSince): void {
  for (const item of items ?? [{}]) note(followed, { type: 'transactions', ...item });
  for (const { id, item, integration } of webhooks ?? [])
    note(followed, { type: 'webhook', id, integration, ...(item === null ? {} : { item }) });
  if (webhooks === null) note(followed, { type: 'webhook' });
}

/**
 * One hub per process: it looks once per tick for each organisation that somebody follows, however many do, and listens on
 * one connection. With nobody there it does nothing.
 */
export function createEventHub({
  reads,
  logger,
  databaseUrl,
  name,
  encode,
  limits = { inAll: 500, perOrganization: 100 },
  tickMs = 500,
  heartbeatMs = 15_000,
  listen = listenForEvents,
}: EventHubOptions): EventHub {
  const organizations = new Map<string, Followed>();
  let listener: EventListener | null = null;
  let ticking: NodeJS.Timeout | null = null;
  let sentAt = 0;

  const resetAll = (): void => {
    for (const followed of organizations.values()) note(followed, RESET);
  };

  /** A follower that does not keep up gets no more than one batch late: what it missed is told by a reset. */
  const send = (follower: PassThrough, text: string): void => {
    if (!follower.writableNeedDrain) follower.write(text);
    else if (follower.listenerCount('drain') === 0)
      follower.once('drain', () => follower.write(encode([RESET])));
  };

  const flush = (followed: Followed, isTimeForLife: boolean): void => {
    const { pending } = followed;
    if (pending.size === 0 && !isTimeForLife) return;
    const events = pending.size === 0 ? null : pending.size > MOST_EVENTS ? [RESET] : [...pending.values()];
    pending.clear();
    const text = encode(events);
    for (const follower of followed.followers) send(follower, text);
  };

  const look = async (organizationId: string, followed: Followed): Promise<void> => {
    try {
      if (followed.place === null) followed.place = await reads.start(organizationId);
      else {
        const since = await reads.since(organizationId, followed.place);
        followed.place = since.place;
        noteAll(followed, since);
      }
    } catch (error) {
      logger.debug({ err: error }, 'no look for events; trying again');
    }
  };

  const tick = async (): Promise<void> => {
    const isTimeForLife = performance.now() - sentAt >= heartbeatMs;
    if (isTimeForLife) sentAt = performance.now();
    // One after the other: following must never take the pool away from requests.
    for (const [organizationId, followed] of organizations) {
      await look(organizationId, followed);
      flush(followed, isTimeForLife);
    }
    ticking = null;
    next();
  };

  function next(): void {
    if (ticking === null && organizations.size > 0) ticking = setTimeout(() => void tick(), tickMs);
  }

  const leave = (organizationId: string, follower: PassThrough): void => {
    const followed = organizations.get(organizationId);
    followed?.followers.delete(follower);
    if (followed?.followers.size === 0) organizations.delete(organizationId);
    follower.end();
    if (organizations.size > 0) return;
    void listener?.close();
    listener = null;
  };

  const countAll = (): number =>
    [...organizations.values()].reduce((sum, { followers }) => sum + followers.size, 0);

  return {
    async follow(organizationId, signal) {
      const followed = organizations.get(organizationId) ?? {
        followers: new Set(),
        pending: new Map(),
        place: null,
      };
      if (followed.followers.size >= limits.perOrganization || countAll() >= limits.inAll)
        throw new AppError('service.unavailable', {
          description: 'Too many follow the events already. Try again later, or read what you need.',
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        });
      const follower = new PassThrough();
      organizations.set(organizationId, followed);
      followed.followers.add(follower);
      listener ??= listen({
        databaseUrl,
        logger,
        name,
        onEvent: ({ organization, ...event }) => {
          const heard = organizations.get(organization);
          if (heard) note(heard, event);
        },
        onGap: resetAll,
      });
      const end = (): void => leave(organizationId, follower);
      signal.addEventListener('abort', end, { once: true });
      try {
        await listener.ready;
        followed.place ??= await reads.start(organizationId);
      } catch (error) {
        end();
        throw error;
      }
      if (signal.aborted) end();
      else follower.write(encode(null));
      next();
      return follower;
    },
  };
}
