/**
 * What a Temporal of ours has to be told, in both of its forms (server.ts, cluster.ts); docker-compose.yml says the same.
 * - `enableFairness`: tasks queue by priority and then by organisation. It brings the matcher with priorities along, which
 *   server 1.29 leaves off, and keeps its backlog in a table of its own: 1.29 does not read what queued before.
 * - new search attributes are usable at once
 */
export const DYNAMIC_CONFIG: Readonly<Record<string, boolean>> = {
  'matching.enableFairness': true,
  'system.forceSearchAttributesCacheRefreshOnRead': true,
};
