import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent as lazyComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { pageFile } from './api/page-file';
import { queryClient } from './api/query-client';
import { sessionQuery } from './api/session';
import { NoSuchPage } from './pages/no-such-page';
import { LogInPage } from './pages/log-in-page';
import { LoadingRows } from './parts/states';
import { endUsersSearch, inboxSearch, itemsSearch, overviewSearch, transactionsSearch } from './search';
import { AppFailed, PageFailed } from './shell/page-failed';

const root = createRootRoute({
  component: Outlet,
  errorComponent: AppFailed,
  notFoundComponent: NoSuchPage,
});

const lazyRouteComponent: typeof lazyComponent = (load, name) => lazyComponent(() => pageFile(load), name);

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
  component: lazyRouteComponent(() => import('./pages/invite-page'), 'InvitePage'),
});

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's way to redirect
    if (session === null) throw redirect({ to: '/login', search: { to: location.href } });
  },
  component: lazyRouteComponent(() => import('./shell/shell'), 'Shell'),
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
  component: lazyRouteComponent(() => import('./pages/overview/overview-page'), 'OverviewPage'),
});
const items = createRoute({
  ...below,
  path: '/items',
  validateSearch: itemsSearch,
  component: lazyRouteComponent(() => import('./pages/items/items-page'), 'ItemsPage'),
});
const item = createRoute({
  ...below,
  path: '/items/$itemId',
  component: lazyRouteComponent(() => import('./pages/items/item-page'), 'ItemPage'),
});
const inbox = createRoute({
  ...below,
  path: '/inbox',
  validateSearch: inboxSearch,
  component: lazyRouteComponent(() => import('./pages/inbox/inbox-page'), 'InboxPage'),
});
const webhook = createRoute({
  ...below,
  path: '/inbox/$webhookId',
  component: lazyRouteComponent(() => import('./pages/inbox/webhook-page'), 'WebhookPage'),
});
const endUsers = createRoute({
  ...below,
  path: '/end-users',
  validateSearch: endUsersSearch,
  component: lazyRouteComponent(() => import('./pages/end-users/end-users-page'), 'EndUsersPage'),
});
const endUser = createRoute({
  ...below,
  path: '/end-users/$endUserId',
  component: lazyRouteComponent(() => import('./pages/end-users/end-user-page'), 'EndUserPage'),
});
const transactions = createRoute({
  ...below,
  path: '/transactions',
  validateSearch: transactionsSearch,
  component: lazyRouteComponent(() => import('./pages/transactions/transactions-page'), 'TransactionsPage'),
});
const integrations = createRoute({
  ...below,
  path: '/settings/integrations',
  component: lazyRouteComponent(() => import('./pages/integrations/integrations-page'), 'IntegrationsPage'),
});
const integration = createRoute({
  ...below,
  path: '/settings/integrations/$integrationId',
  component: lazyRouteComponent(() => import('./pages/integrations/integration-page'), 'IntegrationPage'),
});
const apiKeys = createRoute({
  ...below,
  path: '/settings/api-keys',
  component: lazyRouteComponent(() => import('./pages/settings/api-keys-page'), 'ApiKeysPage'),
});
const users = createRoute({
  ...below,
  path: '/settings/users',
  component: lazyRouteComponent(() => import('./pages/settings/users-page'), 'UsersPage'),
});
const account = createRoute({
  ...below,
  path: '/settings/account',
  component: lazyRouteComponent(() => import('./pages/settings/account-page'), 'AccountPage'),
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
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
