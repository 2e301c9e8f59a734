import { Box, Menu, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { IconBook2, IconLogout, IconUserCircle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useLogOut, useSession } from '../api/session';
import { useOpensAfter } from '../parts/opens-after';
import { ROLE_NAMES } from '../parts/roles';
import { TargetElsewhere } from '../parts/target-elsewhere';

interface UserMenuPanelProps {
  /** Of the button. */
  id: string;
  button: HTMLElement;
  isOpen: boolean;
  onChange: (isOpen: boolean) => void;
}

/** What concerns only who is logged in. */
export function UserMenuPanel({ id, button, isOpen, onChange }: UserMenuPanelProps) {
  const { user } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const logOut = useLogOut();
  return (
    <Menu
      id={id}
      opened={useOpensAfter(isOpen)}
      onChange={onChange}
      width={252}
      position="top-start"
      offset={4}
    >
      <Menu.Target>
        <TargetElsewhere element={button} />
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
