import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningArdea } from './running-ardea.js';

export interface IntegrationUrls {
  heron_id: string;
  link_url: string;
  inbound_webhook_url: string;
}

export interface EndUser {
  id: string;
  name: string;
}

interface LinkState {
  status: string;
  history: string;
  superseded_by_item_id: string | null;
}

const ITEM_ARRIVES_WITHIN_MS = 60_000;

/** Asks until the answer is what is waited for. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  isIt: (answer: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + ITEM_ARRIVES_WITHIN_MS;
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`${what} did not come: ${JSON.stringify(answer)}`);
    await sleep(300);
  }
}

/** What a customer does in Link, and the integrator's program after it: steps 7 and 8 of the guide. */
export async function linkItem(
  ardea: RunningArdea,
  integration: IntegrationUrls,
  endUser: EndUser,
  wishes: { institution_id: string; username: string; transactions?: number },
): Promise<string> {
  const { item } = await ardea.atBank<{ item: { item_id: string; access_token: string } }>('POST', '/items', {
    webhook: integration.inbound_webhook_url,
    days_requested: 730,
    ...wishes,
  });
  await postItem(ardea, integration, endUser, item);
  return item.item_id;
}

export async function postItem(
  ardea: RunningArdea,
  integration: IntegrationUrls,
  endUser: EndUser,
  item: { item_id: string; access_token: string },
): Promise<void> {
  await ardea.call('POST', integration.link_url, {
    item_id: item.item_id,
    access_token: item.access_token,
    end_user_id: endUser.id,
    end_user_name: endUser.name,
  });
}

/** The customer's whole history has been read. */
export const untilLink = (
  ardea: RunningArdea,
  integration: IntegrationUrls,
  itemId: string,
  isIt: (link: LinkState) => boolean = ({ status, history }) => status === 'active' && history === 'complete',
): Promise<LinkState> =>
  until(
    `Item ${itemId}`,
    async () =>
      (
        await ardea.call<{ link: LinkState }>(
          'GET',
          `/api/integrations/${integration.heron_id}/links/${itemId}`,
        )
      ).link,
    isIt,
  );

export const spend = async (
  ardea: RunningArdea,
  itemId: string,
  transaction: { name: string; amount: string; pending?: boolean },
): Promise<string> => {
  const { transactions } = await ardea.atBank<{ transactions: { transaction_id: string }[] }>(
    'POST',
    `/items/${itemId}/transactions`,
    transaction,
  );
  return transactions[0]?.transaction_id ?? '';
};

/** The row with all that it was, once Ardea has it. */
export const untilTransaction = (
  ardea: RunningArdea,
  find: { text: string; pending: boolean },
): Promise<{ heron_id: string }> =>
  until(
    find.text,
    async () =>
      (
        await ardea.call<{ transactions: { heron_id: string }[] }>(
          'GET',
          `/api/transactions/search?${new URLSearchParams({ text: find.text, pending: String(find.pending) }).toString()}`,
        )
      ).transactions,
    (rows) => rows.length > 0,
  ).then((rows) => rows[0]!);
