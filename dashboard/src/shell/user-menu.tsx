import { Avatar, Box, Text, VisuallyHidden } from '@mantine/core';
import { useId, useState } from 'react';
import { useSession } from '../api/session';
import { useOnDemand } from '../parts/on-demand';
import classes from './shell.module.css';

/** Who is logged in; its menu is what concerns only them. */
export function UserMenu({ isNarrow }: { isNarrow: boolean }) {
  const { user, organization } = useSession();
  const [isOpen, setOpen] = useState(false);
  const [button, setButton] = useState<HTMLButtonElement | null>(null);
  const id = useId();
  const later = useOnDemand(isOpen);
  const name = user.name ?? user.email;
  return (
    <>
      <button
        type="button"
        id={id}
        ref={setButton}
        className={classes.user}
        aria-label={isNarrow ? `Account: ${name}` : undefined}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen((before) => !before)}
      >
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
      {later !== undefined && button !== null && (
        <later.UserMenuPanel id={id} button={button} isOpen={isOpen} onChange={setOpen} />
      )}
    </>
  );
}
