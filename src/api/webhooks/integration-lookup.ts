import type { InboxQueries, IntakeIntegration } from '../../db/queries/inbox.js';

export type IntegrationLookup = (integrationId: string) => Promise<IntakeIntegration | null>;

export interface IntegrationLookupDeps {
  inbox: Pick<InboxQueries, 'findIntegration'>;
  /** How long a change or deletion may go unnoticed; a webhook costs one round trip instead of two. */
  cacheMs?: number;
}

const MOST_CACHED = 10_000;

/** Finds integrations for intake; remembers absent ones too, since anyone may ask for invented ids. */
export function createIntegrationLookup({
  inbox,
  cacheMs = 3_000,
}: IntegrationLookupDeps): IntegrationLookup {
  const cache = new Map<string, { integration: IntakeIntegration | null; until: number }>();
  const underWay = new Map<string, Promise<IntakeIntegration | null>>();

  const load = async (integrationId: string): Promise<IntakeIntegration | null> => {
    const integration = await inbox.findIntegration(integrationId);
    if (cache.size >= MOST_CACHED) cache.clear();
    cache.set(integrationId, { integration, until: performance.now() + cacheMs });
    return integration;
  };

  return (integrationId) => {
    const cached = cache.get(integrationId);
    if (cached && cached.until > performance.now()) return Promise.resolve(cached.integration);
    const running = underWay.get(integrationId);
    if (running) return running;
    const started = load(integrationId).finally(() => underWay.delete(integrationId));
    underWay.set(integrationId, started);
    return started;
  };
}
