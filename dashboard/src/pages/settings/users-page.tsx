import { Button, Group, Menu, Modal, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconDots, IconUserPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sayDone, sayFailed } from '../../api/failed';
import {
  changeUser,
  invitesQuery,
  inviteUser,
  resetPassword,
  usersQuery,
  withdrawInvite,
  type Invite,
  type User,
  type UserChanges,
} from '../../api/people';
import { useMay, useSession, type Role } from '../../api/session';
import { DataTable, type Columns } from '../../parts/data-table';
import { Form, FormButtons } from '../../parts/form';
import { showFieldErrors } from '../../parts/form-errors';
import { Page } from '../../parts/page';
import { ROLE_HELP, ROLE_NAMES } from '../../parts/roles';
import { ShownOnce } from '../../parts/shown-once';
import { Card, Loaded } from '../../parts/states';
import { Status, Tag } from '../../parts/status';
import { Time } from '../../parts/time';
import { useConfirmed } from '../../shell/confirm-password';

const ROLES = Object.keys(ROLE_NAMES) as Role[];

interface OneTimeLink {
  title: string;
  url: string;
  who: string;
}

function InviteForm({
  onInvited,
  onCancel,
}: {
  onInvited: (link: OneTimeLink) => void;
  onCancel: () => void;
}) {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm({
    initialValues: { email: '', role: 'member' as Role },
    validate: { email: (value) => (/^\S+@\S+$/.test(value.trim()) ? null : 'Enter an e-mail address.') },
  });
  const invitation = useMutation({
    mutationFn: ({ email, role }: { email: string; role: Role }) =>
      confirmed(() => inviteUser(email.trim(), role)),
    onSuccess: async ({ invite, url }) => {
      onInvited({ title: 'Invite link', url, who: invite.email });
      await queries.invalidateQueries({ queryKey: ['invites'] });
    },
    onError: (error) => setProblem(showFieldErrors(form, error)),
  });
  return (
    <Form
      problem={problem}
      onSubmit={form.onSubmit((values) => {
        setProblem(null);
        invitation.mutate(values);
      })}
    >
      <TextInput label="E-mail" name="email" type="email" data-autofocus {...form.getInputProps('email')} />
      <Radio.Group label="Role" name="role" {...form.getInputProps('role')}>
        <Stack gap="xs" mt="xs">
          {ROLES.map((role) => (
            <Radio key={role} value={role} label={ROLE_NAMES[role]} description={ROLE_HELP[role]} />
          ))}
        </Stack>
      </Radio.Group>
      <FormButtons verb="Create invite link" isBusy={invitation.isPending} onCancel={onCancel} />
    </Form>
  );
}

interface UserMenuProps {
  user: User;
  onChange: (changes: UserChanges) => void;
  onReset: () => void;
}

function UserActions({ user, onChange, onReset }: UserMenuProps) {
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <Button variant="default" size="compact-sm" aria-label={`Actions for ${user.email}`}>
          <IconDots size={15} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {user.is_active && (
          <>
            {ROLES.filter((role) => role !== user.role).map((role) => (
              <Menu.Item key={role} onClick={() => onChange({ role })}>
                Make {ROLE_NAMES[role].toLowerCase()}
              </Menu.Item>
            ))}
            <Menu.Item onClick={onReset}>Link to set a new password</Menu.Item>
            <Menu.Divider />
          </>
        )}
        <Menu.Item
          color={user.is_active ? 'red' : undefined}
          onClick={() => onChange({ is_active: !user.is_active })}
        >
          {user.is_active ? 'Deactivate' : 'Activate'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const inviteColumns = (onWithdraw: (invite: Invite) => void): Columns<Invite> => [
  { id: 'email', header: 'E-mail', cell: ({ email }) => email },
  { id: 'role', header: 'Role', cell: ({ role }) => ROLE_NAMES[role] },
  {
    id: 'expires',
    header: 'Link works until',
    cell: ({ expires, is_expired }) => (
      <>
        <Time at={expires} as="short" /> {is_expired && <Tag tone="warn">expired</Tag>}
      </>
    ),
  },
  { id: 'by', header: 'Invited by', cell: ({ created_by }) => created_by ?? 'command line' },
  {
    id: 'actions',
    header: 'Actions',
    isHeaderHidden: true,
    cell: (invite) => (
      <Group justify="flex-end">
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => onWithdraw(invite)}
          aria-label={`Withdraw the invite of ${invite.email}`}
        >
          Withdraw
        </Button>
      </Group>
    ),
  },
];

export function UsersPage() {
  const { user: me } = useSession();
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  const isAdmin = useMay('admin');
  const users = useQuery(usersQuery);
  const { data: invites } = useQuery({ ...invitesQuery, enabled: isAdmin });
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
    onSuccess: ({ url, user }) => setLink({ title: 'Link to set a new password', url, who: user.email }),
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
            onChange={(changes) => act.mutate(() => changeUser(user.heron_id, changes))}
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
      {invites !== undefined && invites.length > 0 && (
        <Card title="Open invites" flush>
          <DataTable
            caption="Open invites"
            columns={inviteColumns((invite) => act.mutate(() => withdrawInvite(invite.heron_id)))}
            rows={invites}
            rowId={({ heron_id }) => heron_id}
          />
        </Card>
      )}
      <Modal opened={isInviting} onClose={() => setInviting(false)} title="Invite somebody">
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
