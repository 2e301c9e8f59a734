import type { Database } from '../database.js';

/** What is looked for by those who follow an organisation live, because announcing it would cost its writers too much. */
export interface EventReads {
  /** Where the organisation stands now; what comes later is told from here. */
  start(organizationId: string): Promise<EventPlace>;
  /** What has come since; nulls where it is too much to be told one by one. */
  since(organizationId: string, place: EventPlace): Promise<EventsSince>;
}

export interface EventPlace {
  /** Of the change feed. */
  position: string;
  /** The last webhooks that were told: those that are committed out of the order of their ids come with the next look. */
  webhooks: ReadonlySet<string>;
  /** Webhooks of ids below are not looked at any more. */
  floor: string;
}

export interface EventsSince {
  place: EventPlace;
  /** Items whose transactions have changed. */
  items: { item: string; integration: string; endUser: string }[] | null;
  webhooks: { id: string; item: string | null; integration: string }[] | null;
}

const MOST_CHANGES = 2_000;
const MOST_WEBHOOKS = 200;
/** A webhook is committed within this time of getting its id. */
const OVERLAP = '10 seconds';

// The least id of that time: uuid_v7 begins with the milliseconds.
const FLOOR = `(lpad(to_hex((extract(epoch from clock_timestamp() - interval '${OVERLAP}') * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid`;

interface Head {
  position: string;
  floor: string;
}

export function createEventReads(db: Database): EventReads {
  const head = async (organizationId: string): Promise<Head> => {
    const { rows } = await db.raw<{ rows: [Head] }>(
      `select coalesce((select position from change_heads where organization_id = ?), 0)::text as position, ${FLOOR}::text as floor`,
      [organizationId],
    );
    return rows[0];
  };

  const webhooksFrom = async (organizationId: string, floor: string) => {
    const { rows } = await db.raw<{ rows: { id: string; item: string | null; integration: string }[] }>(
      `select id, plaid_item_id as item, integration_id as integration from plaid_webhooks
        where organization_id = :organizationId and id >= :floor::uuid order by id desc limit :most`,
      { organizationId, floor, most: MOST_WEBHOOKS },
    );
    return rows;
  };

  const changedItems = async (organizationId: string, after: string) => {
    const { rows } = await db.raw<{ rows: { item: string; integration: string; endUser: string }[] }>(
      `select i.plaid_item_id as item, i.integration_id as integration, i.end_user_id as "endUser"
         from items i
        where i.id in (select c.item_id from changes c
                        where c.organization_id = :organizationId and c.position > :after order by c.position desc limit :most)`,
      { organizationId, after, most: MOST_CHANGES },
    );
    return rows;
  };

  return {
    async start(organizationId) {
      const { position, floor } = await head(organizationId);
      const known = await webhooksFrom(organizationId, floor);
      return { position, floor, webhooks: new Set(known.map(({ id }) => id)) };
    },

    async since(organizationId, place) {
      const { position, floor } = await head(organizationId);
      const moved = BigInt(position) - BigInt(place.position);
      const found = await webhooksFrom(organizationId, place.floor);
      return {
        place: { position, floor, webhooks: new Set(found.map(({ id }) => id)) },
        // A feed that went back was restored: everything may be different.
        items:
          moved === 0n
            ? []
            : moved < 0n || moved > BigInt(MOST_CHANGES)
              ? null
              : await changedItems(organizationId, place.position),
        webhooks: found.length >= MOST_WEBHOOKS ? null : found.filter(({ id }) => !place.webhooks.has(id)),
      };
    },
  };
}
