import { ActionIcon, AppShell, Box, Burger, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconArrowsExchange,
  IconBuildingBank,
  IconGauge,
  IconInbox,
  IconKey,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconPlugConnected,
  IconUserShield,
  IconUsers,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { Suspense, useEffect } from 'react';
import { useLiveEvents } from '../api/live';
import { useLoggedOutElsewhere, useMay, type Role } from '../api/session';
import { LoadingRows } from '../parts/states';
import { Banners } from './banners';
import { ConfirmPassword } from './confirm-password';
import { Logo } from './logo';
import { SessionEnded } from './session-ended';
import { UserMenu } from './user-menu';
import classes from './shell.module.css';

interface Destination {
  to: string;
  label: string;
  icon: TablerIcon;
  /** Who has use of it. */
  role?: Role;
}

const DATA: readonly Destination[] = [
  { to: '/', label: 'Overview', icon: IconGauge },
  { to: '/items', label: 'Items', icon: IconBuildingBank },
  { to: '/end-users', label: 'End users', icon: IconUsers },
  { to: '/transactions', label: 'Transactions', icon: IconArrowsExchange },
  { to: '/inbox', label: 'Inbox', icon: IconInbox },
];

/** What the API will still get (outgoing webhooks, logs) finds its place here. */
const SETTINGS: readonly Destination[] = [
  { to: '/settings/integrations', label: 'Integrations', icon: IconPlugConnected },
  { to: '/settings/api-keys', label: 'API keys', icon: IconKey, role: 'admin' },
  { to: '/settings/users', label: 'Users', icon: IconUserShield, role: 'admin' },
];

const isWithin = (path: string, to: string): boolean =>
  to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`);

function Destinations({ title, of }: { title?: string; of: readonly Destination[] }) {
  const { pathname } = useLocation();
  const isAdmin = useMay('admin');
  return (
    <Stack gap={2}>
      {title !== undefined && (
        <Text size="xs" fw={600} c="dimmed" px="sm" pt="md" pb={4}>
          {title}
        </Text>
      )}
      {of
        .filter(({ role }) => role === undefined || isAdmin)
        .map(({ to, label, icon: Icon }) => (
          // The router's own: the library's link for navigations costs several times as much, before the first page is there.
          <Link
            key={to}
            to={to}
            data-active={isWithin(pathname, to) || undefined}
            aria-current={isWithin(pathname, to) ? 'page' : undefined}
            className={classes.destination}
          >
            <Icon size={18} stroke={1.7} aria-hidden="true" />
            <span className={classes.label}>{label}</span>
          </Link>
        ))}
    </Stack>
  );
}

/** The frame of all pages: navigation, what is up with the connection, and the page itself. */
export function Shell() {
  const [isOpen, menu] = useDisclosure(false);
  const [isWide, wide] = useDisclosure(true);
  const { pathname } = useLocation();
  useLiveEvents();
  useLoggedOutElsewhere();
  useEffect(() => menu.close(), [pathname, menu]);
  return (
    <ConfirmPassword>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <AppShell
        header={{ height: { base: 52, sm: 0 } }}
        navbar={{ width: isWide ? 228 : 64, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
        transitionDuration={120}
      >
        <AppShell.Header hiddenFrom="sm" className={classes.header}>
          <Group h="100%" px="md" justify="space-between" wrap="nowrap">
            <Logo size={24} />
            <Burger
              opened={isOpen}
              onClick={menu.toggle}
              size="sm"
              aria-label={isOpen ? 'Close the navigation' : 'Open the navigation'}
              aria-expanded={isOpen}
            />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar className={classes.navbar} data-narrow={isWide ? undefined : true} aria-label="Main">
          <Group visibleFrom="sm" justify="space-between" wrap="nowrap" px="md" py="md">
            {isWide && <Logo size={26} />}
            <ActionIcon
              onClick={wide.toggle}
              aria-label={isWide ? 'Collapse the navigation' : 'Expand the navigation'}
              aria-expanded={isWide}
            >
              {isWide ? (
                <IconLayoutSidebarLeftCollapse size={18} />
              ) : (
                <IconLayoutSidebarLeftExpand size={18} />
              )}
            </ActionIcon>
          </Group>
          <Box className={classes.destinations} px={8} pt={{ base: 8, sm: 0 }}>
            <Destinations of={DATA} />
            <Destinations title={isWide ? 'Settings' : ' '} of={SETTINGS} />
          </Box>
          <UserMenu isNarrow={!isWide} />
        </AppShell.Navbar>
        <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
          <div className={classes.page}>
            <Suspense fallback={<LoadingRows />}>
              <Outlet />
            </Suspense>
          </div>
          <Banners />
        </AppShell.Main>
      </AppShell>
      <SessionEnded />
    </ConfirmPassword>
  );
}
