import { createAccounts } from '../data/accounts.js';
import { INSTITUTIONS } from '../data/institutions.js';
import { MINUTE_MS } from '../model/calendar.js';
import type { Account, CustomTransaction, Item, Product, PublicToken } from '../model/item.js';
import { createRandom } from '../model/random.js';
import { PlaidApiError } from '../plaid-api/plaid-error.js';
import { seedKey, type BankContext } from './context.js';
import { logIn } from './credentials.js';
import { sendNotice } from './notice.js';
import { scheduleItem, startPull } from './pull.js';

/** A public token can be exchanged once, for this long. */
const PUBLIC_TOKEN_LIFE_MS = 30 * MINUTE_MS;

export interface LinkRequest {
  clientId: string;
  institutionId: string;
  products: Product[];
  webhook: string | null;
  username: string;
  password: string;
  daysRequested: number;
  /** Makes generated users have this many transactions instead of their own number. */
  historySize?: number | null;
  /** Lets amounts that are drawn at random have up to seven decimals. */
  longAmounts?: boolean;
}

/** An Item to be made. */
export interface NewItem extends Omit<LinkRequest, 'password'> {
  accounts: (itemId: string) => Account[];
  custom?: CustomTransaction[] | null;
  /** Linked again: the pulls bring what the model has. Its accounts are those of the model, in their order. */
  copyOf?: { item: Item; newest: number | null };
}

/** Makes an Item and a public token for it, and starts its first pull if Transactions is among the products. */
export const createItem = (
  context: BankContext,
  request: NewItem,
): { item: Item; publicToken: PublicToken } => {
  const { store, clock, timing } = context;
  return store.atomically(() => {
    const random = createRandom(`${store.settings.seed}/item/${store.settings.nextItemNumber++}`);
    store.saveSettings();
    const itemId = random.identifier();
    const now = clock.now();
    const accounts = request.accounts(itemId);
    const { copyOf } = request;
    const item: Item = {
      itemId,
      clientId: request.clientId,
      accessToken: null,
      institutionId: request.institutionId,
      username: request.username,
      products: request.products.filter((product) => product !== 'transactions'),
      webhook: request.webhook,
      createdAt: now,
      accounts,
      pull: null,
      updateStatus: 'NOT_READY',
      armed: false,
      failure: null,
      missedUpdates: 0,
      removedAt: null,
      loginExpiresAt: timing.loginExpiresMs === 0 ? null : now + timing.loginExpiresMs,
      lastWebhook: null,
      lastSuccessfulUpdate: null,
      lastFailedUpdate: null,
      custom: request.custom ?? null,
      historySize: request.historySize ?? null,
      longAmounts: request.longAmounts ?? false,
      ...(copyOf === undefined
        ? {}
        : {
            copyOf: {
              itemId: copyOf.item.itemId,
              newest: copyOf.newest,
              accounts: Object.fromEntries(
                copyOf.item.accounts.map(({ account_id }, index) => [
                  account_id,
                  accounts[index]?.account_id ?? '',
                ]),
              ),
            },
          }),
    };
    const publicToken: PublicToken = {
      publicToken: `public-sandbox-${random.uuid()}`,
      itemId,
      clientId: request.clientId,
      expiresAt: now + PUBLIC_TOKEN_LIFE_MS,
      exchanged: false,
    };
    store.saveItem(item);
    store.save({ kind: 'public_token', value: publicToken });
    if (request.products.includes('transactions')) startPull(context, item, request.daysRequested);
    else scheduleItem(context, item);
    const moment = { endpoint: '/sandbox/public_token/create', clientId: item.clientId, item };
    for (const code of context.faults.fire('linked', moment)) sendNotice(context, item, code);
    return { item, publicToken };
  });
};

/**
 * Goes through Link without its dialogue, and makes the Item.
 * @throws PlaidApiError INVALID_INSTITUTION, or what {@link logIn} throws
 */
export const linkItem = (
  context: BankContext,
  request: LinkRequest,
): { item: Item; publicToken: PublicToken } => {
  const bank = INSTITUTIONS.get(request.institutionId);
  if (bank === undefined) throw new PlaidApiError('INVALID_INSTITUTION');
  const { username, accounts, custom } = logIn(request.username, request.password);
  return createItem(context, {
    ...request,
    username,
    custom,
    accounts: (itemId) => createAccounts(accounts, bank, username, seedKey(context, itemId, 'ids')),
  });
};

/**
 * Exchanges a public token for the Item's access token.
 * @throws PlaidApiError INVALID_PUBLIC_TOKEN: unknown, another client's, expired or used
 */
export const exchangePublicToken = (context: BankContext, clientId: string, token: string): Item => {
  const { store, clock } = context;
  if (!/^public-/.test(token))
    throw new PlaidApiError(
      'INVALID_PUBLIC_TOKEN',
      'provided public token is in an invalid format. expected format: public-<environment>-<identifier>',
    );
  const publicToken = store.publicToken(token);
  const item = publicToken === null ? undefined : store.items.get(publicToken.itemId);
  if (publicToken === null || item === undefined || publicToken.clientId !== clientId)
    throw new PlaidApiError('INVALID_PUBLIC_TOKEN');
  if (publicToken.exchanged)
    throw new PlaidApiError('INVALID_PUBLIC_TOKEN', 'provided public token has been used already');
  if (publicToken.expiresAt <= clock.now())
    throw new PlaidApiError(
      'INVALID_PUBLIC_TOKEN',
      'provided public token is expired. Public tokens expire 30 minutes after creation at which point they can no longer be exchanged',
    );
  return store.atomically(() => {
    publicToken.exchanged = true;
    store.save({ kind: 'public_token', value: publicToken });
    item.accessToken = `access-sandbox-${createRandom(seedKey(context, item.itemId, 'access')).uuid()}`;
    store.saveItem(item);
    return item;
  });
};
