import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { invitesQuery, type Invite } from '../../api/people';
import { DataTable, type Columns } from '../../parts/data-table';
import { ROLE_NAMES } from '../../parts/roles';
import { Card, Failure } from '../../parts/states';
import { Tag } from '../../parts/status';
import { Time } from '../../parts/time';

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

/** Those that wait to be followed; nothing where there are none. */
export function OpenInvites({ onWithdraw }: { onWithdraw: (invite: Invite) => void }) {
  const { data: invites, error, isError, refetch } = useQuery(invitesQuery);
  if (invites === undefined ? !isError : invites.length === 0) return null;
  return (
    <Card title="Open invites" flush>
      {invites === undefined ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : (
        <DataTable
          caption="Open invites"
          columns={inviteColumns(onWithdraw)}
          rows={invites}
          rowId={({ heron_id }) => heron_id}
        />
      )}
    </Card>
  );
}
