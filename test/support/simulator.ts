export interface SimulatorItem {
  itemId: string;
  accessToken: string;
}

/** A call of the simulator's control API (docs/simulator.md); throws on anything but success. */
export const steerSimulator = async (
  simulatorUrl: string,
  method: string,
  path: string,
  body?: Record<string, unknown>,
): Promise<unknown> => {
  const response = await fetch(`${simulatorUrl}/simulator${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
};

/** An Item of the simulator's default client, as if a customer had gone through Link. */
export const createSimulatorItem = async (
  simulatorUrl: string,
  options: Record<string, unknown> = {},
): Promise<SimulatorItem> => {
  const { item } = (await steerSimulator(simulatorUrl, 'POST', '/items', options)) as {
    item: { item_id: string; access_token: string };
  };
  return { itemId: item.item_id, accessToken: item.access_token };
};

/** Plaid's ids of what the bank has of an Item now, sorted. */
export const bankIds = async (simulatorUrl: string, plaidItemId: string): Promise<string[]> => {
  const { transactions } = (await steerSimulator(simulatorUrl, 'GET', `/items/${plaidItemId}`)) as {
    transactions: { transaction_id: string }[];
  };
  return transactions.map(({ transaction_id }) => transaction_id).sort();
};
