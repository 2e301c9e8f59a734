import {
  Avatar,
  Box,
  Menu,
  SegmentedControl,
  Text,
  useMantineColorScheme,
  VisuallyHidden,
} from '@mantine/core';
import { IconBook2, IconLogout, IconUserCircle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useLogOut, useSession } from '../api/session';
import { ROLE_NAMES } from '../parts/roles';
import classes from './shell.module.css';

/** Who is logged in, and what concerns only them. */
export function UserMenu({ isNarrow }: { isNarrow: boolean }) {
  const { user, organization } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const logOut = useLogOut();
  const name = user.name ?? user.email;
  return (
    <Menu width={252} position="top-start" offset={4}>
      <Menu.Target>
        <button type="button" className={classes.user} aria-label={isNarrow ? `Account: ${name}` : undefined}>
          <Avatar size={32} radius="xl" variant="filled" color="heron" name={name} aria-hidden="true" />
          {!isNarrow && (
            <Box miw={0}>
              <VisuallyHidden>Account: </VisuallyHidden>
              <Text size="sm" fw={500} truncate>
                {name}
              </Text>
              <Text size="xs" c="dimmed" truncate>
                {organization.name}
              </Text>
            </Box>
          )}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {user.email} · {ROLE_NAMES[user.role]}
        </Menu.Label>
        <Menu.Item
          component={Link}
          to="/settings/account"
          leftSection={<IconUserCircle size={16} />}
          data-autofocus
        >
          My account
        </Menu.Item>
        <Menu.Item component="a" href="/api/docs" leftSection={<IconBook2 size={16} />}>
          API reference
        </Menu.Item>
        <Menu.Divider />
        <Box px="xs" py={4}>
          <SegmentedControl
            aria-label="Colours"
            fullWidth
            size="xs"
            value={colorScheme}
            onChange={(value) => setColorScheme(value)}
            data={[
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
              { value: 'auto', label: 'System' },
            ]}
          />
        </Box>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={16} />}
          onClick={() => logOut.mutate({ everywhere: false })}
          disabled={logOut.isPending}
        >
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
