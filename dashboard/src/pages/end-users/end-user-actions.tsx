import { Button, Menu } from '@mantine/core';
import { IconArrowsExchange, IconDots, IconDownload, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Suspense } from 'react';
import { exportEndUser, type EndUser } from '../../api/end-users';
import { sayDone, sayFailed } from '../../api/failed';
import type { Item } from '../../api/items';
import { useMay } from '../../api/session';
import { formatCount } from '../../parts/format';
import { useLazyDialog } from '../../parts/lazy-dialog';
import { lazyPart } from '../../parts/lazy-part';
import { asFileName, saveFile } from '../../parts/save-file';
import { useConfirmed } from '../../shell/confirm-password';

const EraseEndUser = lazyPart(() => import('./erase-end-user'), 'EraseEndUser');

interface EndUserActionsProps {
  endUser: EndUser;
  items: readonly Item[];
  /** Rows that are stored, as far as it is known. */
  transactions: number | undefined;
}

export function EndUserActions({ endUser, items, transactions }: EndUserActionsProps) {
  const isMember = useMay('member');
  const isAdmin = useMay('admin');
  const confirmed = useConfirmed();
  const erasing = useLazyDialog();
  // Fetched by the page, not by a link: what the API wants first, or refuses, is then asked and said here.
  const download = useMutation({
    mutationFn: () => confirmed(() => exportEndUser(endUser.heron_id)),
    onSuccess: ({ file, transactions: rows }) => {
      saveFile(`end-user-${asFileName(endUser.end_user_id)}.ndjson`, file);
      sayDone(`Exported, with ${formatCount(rows)} ${rows === 1 ? 'transaction' : 'transactions'}.`);
    },
    onError: sayFailed,
  });
  return (
    <>
      <Button
        // Not `component={Link}`, which would lose the types of the address.
        renderRoot={(props) => (
          <Link to="/transactions" search={{ end_user: endUser.end_user_id }} {...props} />
        )}
        variant="default"
        leftSection={<IconArrowsExchange size={16} />}
      >
        Transactions
      </Button>
      {isMember && (
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          loading={download.isPending}
          onClick={() => download.mutate()}
        >
          Export
        </Button>
      )}
      {isAdmin && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" px="xs" aria-label="More actions">
              <IconDots size={16} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={erasing.open}>
              Erase this end user
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {erasing.isThere && (
        <Suspense fallback={null}>
          <EraseEndUser
            endUser={endUser}
            items={items}
            transactions={transactions}
            isOpen={erasing.isOpen}
            onClose={erasing.close}
          />
        </Suspense>
      )}
    </>
  );
}
