import { createRootRoute, createRoute, createRouter, Outlet, redirect } from '@tanstack/react-router';
import { queryClient } from './api/query-client';
import { sessionQuery } from './api/session';
import { searchTransactionsQuery } from './api/transactions';
import { NoSuchPage } from './pages/no-such-page';
import { LogInPage } from './pages/log-in-page';
import { parseSearch, stringifySearch } from './parts/address';
import { atMost } from './parts/at-most';
import { lazyPart } from './parts/lazy-part';
import { LoadingRows } from './parts/states';
import { queryOf } from './pages/transactions/filter';
import { endUsersSearch, inboxSearch, itemsSearch, overviewSearch, transactionsSearch } from './search';
import { AppFailed, PageFailed } from './shell/page-failed';

/** Rows that come at once are drawn with their page; for others it shows that they are on their way. */
const MOMENT_MS = 200;

const root = createRootRoute({
  component: Outlet,
  errorComponent: AppFailed,
  notFoundComponent: NoSuchPage,
});

/** A path within this dashboard; anything else would be a way to send people elsewhere after a log-in. */
const ownPath = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : undefined;

const logIn = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (raw: Record<string, unknown>): { to?: string } => ({ to: ownPath(raw['to']) }),
  component: LogInPage,
});

const invite = createRoute({
  getParentRoute: () => root,
  path: '/invite',
  component: lazyPart(() => import('./pages/invite-page'), 'InvitePage'),
});

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's way to redirect
    if (session === null) throw redirect({ to: '/login', search: { to: location.href } });
  },
  component: lazyPart(() => import('./shell/shell'), 'Shell'),
});

const below = {
  getParentRoute: () => inside,
  pendingComponent: LoadingRows,
  errorComponent: PageFailed,
} as const;

const overview = createRoute({
  ...below,
  path: '/',
  validateSearch: overviewSearch,
  component: lazyPart(() => import('./pages/overview/overview-page'), 'OverviewPage'),
});
const items = createRoute({
  ...below,
  path: '/items',
  validateSearch: itemsSearch,
  component: lazyPart(() => import('./pages/items/items-page'), 'ItemsPage'),
});
const item = createRoute({
  ...below,
  path: '/items/$itemId',
  component: lazyPart(() => import('./pages/items/item-page'), 'ItemPage'),
});
const inbox = createRoute({
  ...below,
  path: '/inbox',
  validateSearch: inboxSearch,
  component: lazyPart(() => import('./pages/inbox/inbox-page'), 'InboxPage'),
});
const webhook = createRoute({
  ...below,
  path: '/inbox/$webhookId',
  component: lazyPart(() => import('./pages/inbox/webhook-page'), 'WebhookPage'),
});
const endUsers = createRoute({
  ...below,
  path: '/end-users',
  validateSearch: endUsersSearch,
  component: lazyPart(() => import('./pages/end-users/end-users-page'), 'EndUsersPage'),
});
const endUser = createRoute({
  ...below,
  path: '/end-users/$endUserId',
  component: lazyPart(() => import('./pages/end-users/end-user-page'), 'EndUserPage'),
});
const transactions = createRoute({
  ...below,
  path: '/transactions',
  validateSearch: transactionsSearch,
  loaderDeps: ({ search: { row: _, ...list } }) => list,
  loader: ({ deps, cause }) => {
    const rows = queryClient.prefetchQuery(searchTransactionsQuery(queryOf(deps)));
    // A filter shows what was chosen at once.
    return cause === 'stay' ? undefined : atMost(MOMENT_MS, rows);
  },
  component: lazyPart(() => import('./pages/transactions/transactions-page'), 'TransactionsPage'),
});
const integrations = createRoute({
  ...below,
  path: '/settings/integrations',
  component: lazyPart(() => import('./pages/integrations/integrations-page'), 'IntegrationsPage'),
});
const integration = createRoute({
  ...below,
  path: '/settings/integrations/$integrationId',
  component: lazyPart(() => import('./pages/integrations/integration-page'), 'IntegrationPage'),
});
const apiKeys = createRoute({
  ...below,
  path: '/settings/api-keys',
  component: lazyPart(() => import('./pages/settings/api-keys-page'), 'ApiKeysPage'),
});
const users = createRoute({
  ...below,
  path: '/settings/users',
  component: lazyPart(() => import('./pages/settings/users-page'), 'UsersPage'),
});
const account = createRoute({
  ...below,
  path: '/settings/account',
  component: lazyPart(() => import('./pages/settings/account-page'), 'AccountPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    logIn,
    invite,
    inside.addChildren([
      overview,
      items,
      item,
      endUsers,
      endUser,
      transactions,
      inbox,
      webhook,
      integrations,
      integration,
      apiKeys,
      users,
      account,
    ]),
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
