import type { ArdeaApi } from './ardea-api.js';
import {
  DYNAMIC_USER,
  FIRST_PLATYPUS_BANK,
  GINGHAM_CREDIT_UNION,
  SIMULATOR_KEYS,
  type SimulatorBank,
} from './simulator-bank.js';

const INTEGRATION = 'Plaid simulator';

const END_USERS = [
  {
    id: 'demo-acme',
    name: 'Acme Coffee Roasters',
    institutions: [FIRST_PLATYPUS_BANK, GINGHAM_CREDIT_UNION],
  },
  { id: 'demo-jane', name: 'Jane Doe', institutions: [FIRST_PLATYPUS_BANK] },
];

/**
 * Puts the demo into an empty service over its public API: an integration against the simulator, a company with two
 * Items and a person with one. What an interrupted run already did is not done twice.
 */
export const seedDemo = async (api: ArdeaApi, bank: SimulatorBank, simulatorUrl: string): Promise<void> => {
  const existing = (await api.listIntegrations()).find(({ name }) => name === INTEGRATION);
  const integration =
    existing ??
    (await api.createIntegration({
      name: INTEGRATION,
      baseUrl: simulatorUrl,
      clientId: SIMULATOR_KEYS.clientId,
      secret: SIMULATOR_KEYS.secret,
    }));
  for (const { id, name, institutions } of END_USERS) {
    const linked = await api.linkedItems(id);
    for (const institutionId of institutions.slice(linked.length)) {
      const item = await bank.link({
        institutionId,
        webhookUrl: integration.webhookUrl,
        username: DYNAMIC_USER,
      });
      await api.link(integration.linkUrl, { ...item, endUserId: id, endUserName: name });
    }
  }
};
