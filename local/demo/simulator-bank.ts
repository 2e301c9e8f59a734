import type { Http } from './http.js';

/** The bank login whose transactions move when Plaid is asked to look (Plaid's sandbox has it too). */
export const DYNAMIC_USER = 'user_transactions_dynamic';
export const FIRST_PLATYPUS_BANK = 'ins_109508';
export const GINGHAM_CREDIT_UNION = 'ins_109509';

/** The Plaid keys that the simulator knows from the start. */
export const SIMULATOR_KEYS = { clientId: 'ardea_simulator_client', secret: 'ardea_simulator_secret' };

export interface LinkedItem {
  itemId: string;
  accessToken: string;
}

/** What an integrator's own code does at Plaid, done at the simulator. */
export interface SimulatorBank {
  /** Plaid Link and `/item/public_token/exchange`: a bank login becomes an Item with a token. */
  link(options: { institutionId: string; webhookUrl: string; username: string }): Promise<LinkedItem>;
  /** Has Plaid look at the bank again: pendings post, new ones appear, an amount changes, webhooks fire. */
  refresh(accessToken: string): Promise<void>;
  spend(accessToken: string, purchases: { description: string; amount: number }[]): Promise<void>;
}

const today = (): string => new Date().toISOString().slice(0, 10);

export const createSimulatorBank = (http: Http, url: string): SimulatorBank => {
  const post = (path: string, body: unknown) =>
    http({
      method: 'POST',
      url: url + path,
      headers: { 'PLAID-CLIENT-ID': SIMULATOR_KEYS.clientId, 'PLAID-SECRET': SIMULATOR_KEYS.secret },
      body,
    });

  return {
    async link({ institutionId, webhookUrl, username }) {
      const { public_token: publicToken } = await post('/sandbox/public_token/create', {
        institution_id: institutionId,
        initial_products: ['transactions'],
        options: {
          webhook: webhookUrl,
          override_username: username,
          override_password: 'pass_good',
          transactions: { days_requested: 730 },
        },
      });
      const exchanged = await post('/item/public_token/exchange', { public_token: publicToken });
      return { itemId: String(exchanged['item_id']), accessToken: String(exchanged['access_token']) };
    },
    async refresh(accessToken) {
      await post('/transactions/refresh', { access_token: accessToken });
    },
    async spend(accessToken, purchases) {
      const date = today();
      const transactions = purchases.map((purchase) => ({
        ...purchase,
        date_transacted: date,
        date_posted: date,
        iso_currency_code: 'USD',
      }));
      await post('/sandbox/transactions/create', { access_token: accessToken, transactions });
    },
  };
};
