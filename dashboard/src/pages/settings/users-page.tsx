import { Button, Group, Modal, Text } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sayDone, sayFailed } from '../../api/failed';
import { changeUser, resetPassword, usersQuery, withdrawInvite, type User } from '../../api/people';
import { useMay, useSession } from '../../api/session';
import { DataTable, type Columns } from '../../parts/data-table';
import { Page } from '../../parts/page';
import { ROLE_NAMES } from '../../parts/roles';
import { ShownOnce } from '../../parts/shown-once';
import { Card, Loaded } from '../../parts/states';
import { Status, Tag } from '../../parts/status';
import { Time } from '../../parts/time';
import { useConfirmed } from '../../shell/confirm-password';
import { InviteForm, type OneTimeLink } from './invite-form';
import { OpenInvites } from './open-invites';
import { UserActions } from './user-actions';

export function UsersPage() {
  const { user: me } = useSession();
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  const isAdmin = useMay('admin');
  const users = useQuery(usersQuery);
  const [isInviting, setInviting] = useState(false);
  const [link, setLink] = useState<OneTimeLink | null>(null);
  const refresh = async (): Promise<void> => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['users'] }),
      queries.invalidateQueries({ queryKey: ['invites'] }),
    ]);
  };
  const act = useMutation({
    mutationFn: (work: () => Promise<void>) => confirmed(work),
    onSuccess: async () => {
      sayDone('Done.');
      await refresh();
    },
    onError: sayFailed,
  });
  const reset = useMutation({
    mutationFn: (user: User) => confirmed(() => resetPassword(user.heron_id)),
    onSuccess: ({ url, user }) => setLink({ title: 'Create a password link', url, who: user.email }),
    onError: sayFailed,
  });
  const columns: Columns<User> = [
    {
      id: 'email',
      header: 'User',
      cell: ({ email, name, heron_id }) => (
        <div>
          <Text inherit fw={500}>
            {name ?? email} {heron_id === me.heron_id && <Tag>you</Tag>}
          </Text>
          {name !== null && (
            <Text size="xs" c="dimmed">
              {email}
            </Text>
          )}
        </div>
      ),
    },
    { id: 'role', header: 'Role', cell: ({ role }) => ROLE_NAMES[role] },
    {
      id: 'state',
      header: 'State',
      cell: ({ is_active }) =>
        is_active ? (
          <Status tone="good" icon="check" label="Active" />
        ) : (
          <Status tone="quiet" icon="cross" label="Deactivated" />
        ),
    },
    { id: 'login', header: 'Last log-in', cell: ({ last_login }) => <Time at={last_login} none="Never" /> },
    { id: 'created', header: 'Since', cell: ({ created }) => <Time at={created} as="short" /> },
    {
      id: 'actions',
      header: 'Actions',
      isHeaderHidden: true,
      cell: (user) => (
        <Group justify="flex-end">
          <UserActions
            user={user}
            isMe={user.heron_id === me.heron_id}
            isBusy={act.isPending}
            // What went wrong is said already.
            onChange={(changes) =>
              act.mutateAsync(() => changeUser(user.heron_id, changes)).catch(() => undefined)
            }
            onReset={() => reset.mutate(user)}
          />
        </Group>
      ),
    },
  ];
  return (
    <Page
      title="Users"
      description="Who can log in here, and what they may do."
      actions={
        isAdmin && (
          <Button leftSection={<IconUserPlus size={16} />} onClick={() => setInviting(true)}>
            Invite
          </Button>
        )
      }
    >
      <Card flush>
        <Loaded query={users}>
          {(rows) => (
            <DataTable
              caption="Users"
              columns={columns}
              rows={rows}
              rowId={({ heron_id }) => heron_id}
              isDimmed={({ is_active }) => !is_active}
            />
          )}
        </Loaded>
      </Card>
      {isAdmin && <OpenInvites onWithdraw={({ heron_id }) => act.mutate(() => withdrawInvite(heron_id))} />}
      <Modal
        opened={isInviting}
        onClose={() => setInviting(false)}
        title="Invite a user"
        closeOnClickOutside={false}
      >
        <InviteForm
          onCancel={() => setInviting(false)}
          onInvited={(made) => {
            setInviting(false);
            setLink(made);
          }}
        />
      </Modal>
      <ShownOnce
        title={link?.title ?? ''}
        label="Link"
        value={link?.url ?? null}
        onClose={() => setLink(null)}
      >
        Give it to {link?.who}. It works once and is not shown again.
      </ShownOnce>
    </Page>
  );
}
