import type { Http, Json } from './http.js';

export interface Integration {
  id: string;
  name: string;
  linkUrl: string;
  webhookUrl: string;
}

/** A row as the API tells it; only what the demo looks at. */
export interface Transaction {
  heron_id: string;
  reference_id: string;
  amount: number | string;
  description: string;
  date: string;
  pending: boolean;
  pending_reference_id: string | null;
}

export interface Change {
  op: 'upsert' | 'delete';
  transaction: Partial<Transaction> & Pick<Transaction, 'heron_id'>;
}

export interface ChangePage {
  changes: Change[];
  nextCursor: string;
  hasMore: boolean;
}

export interface Link {
  itemId: string;
  accessToken: string;
  endUserId: string;
  endUserName: string;
}

export interface LinkState {
  status: string;
  /** `pending` until Plaid has delivered the whole history. */
  history: string;
}

/** The part of Ardea's API that the guide walks through. */
export interface ArdeaApi {
  listIntegrations(): Promise<Integration[]>;
  createIntegration(fields: {
    name: string;
    baseUrl: string;
    clientId: string;
    secret: string;
  }): Promise<Integration>;
  /** POSTs to an integration's link URL. */
  link(linkUrl: string, link: Link): Promise<void>;
  /** Item ids of an end user; none when there is no such end user. */
  linkedItems(endUserId: string): Promise<string[]>;
  linkState(endUserId: string, itemId: string): Promise<LinkState>;
  /** One page of the change feed; `waitSeconds` holds the answer back until there is something. */
  changes(options: {
    cursor: string | undefined;
    endUserId: string;
    waitSeconds: number;
  }): Promise<ChangePage>;
}

const integrationOf = (json: Json): Integration => ({
  id: String(json['heron_id']),
  name: String(json['name']),
  linkUrl: String(json['link_url']),
  webhookUrl: String(json['inbound_webhook_url']),
});

export const createArdeaApi = (http: Http, url: string, apiKey: string): ArdeaApi => {
  const headers = { 'x-api-key': apiKey };
  const get = (path: string, timeoutMs = 30_000) =>
    http({ method: 'GET', url: url + path, headers, timeoutMs });
  const links = async (endUserId: string): Promise<Json[]> => {
    const answer = await get(`/api/end_users/${encodeURIComponent(endUserId)}/integration_links`);
    return answer['links'] as Json[];
  };

  return {
    async listIntegrations() {
      return ((await get('/api/integrations'))['integrations'] as Json[]).map(integrationOf);
    },
    async createIntegration({ name, baseUrl, clientId, secret }) {
      const integration = {
        name,
        type: 'plaid',
        resource: 'transaction',
        base_url: baseUrl,
        client_id: clientId,
        client_secret: secret,
      };
      const answer = await http({
        method: 'POST',
        url: `${url}/api/integrations`,
        headers,
        body: { integration },
      });
      return integrationOf(answer['integration'] as Json);
    },
    async link(linkUrl, { itemId, accessToken, endUserId, endUserName }) {
      const body = {
        item_id: itemId,
        access_token: accessToken,
        end_user_id: endUserId,
        end_user_name: endUserName,
      };
      await http({ method: 'POST', url: linkUrl, headers, body });
    },
    async linkedItems(endUserId) {
      const { end_users: endUsers } = await get(
        `/api/end_users?end_user_id=${encodeURIComponent(endUserId)}`,
      );
      return (endUsers as Json[]).length === 0
        ? []
        : (await links(endUserId)).map((link) => String(link['item_id']));
    },
    async linkState(endUserId, itemId) {
      const link = (await links(endUserId)).find((candidate) => candidate['item_id'] === itemId);
      return { status: String(link?.['status']), history: String(link?.['history']) };
    },
    async changes({ cursor, endUserId, waitSeconds }) {
      const query = new URLSearchParams({ limit: '500', end_user_id: endUserId, wait: String(waitSeconds) });
      if (cursor !== undefined) query.set('cursor', cursor);
      const page = await get(`/api/transactions/changes?${query.toString()}`, (waitSeconds + 15) * 1_000);
      return {
        changes: page['changes'] as Change[],
        nextCursor: String(page['next_cursor']),
        hasMore: page['has_more'] === true,
      };
    },
  };
};
