import { Button, Menu } from '@mantine/core';
import {
  IconDots,
  IconInfoCircle,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
  IconShieldCheck,
  IconTrash,
  IconWebhook,
} from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { startAudit } from '../../api/audits';
import { sayDone, sayFailed } from '../../api/failed';
import {
  adoptWebhook,
  linkPath,
  pauseItem,
  resumeItem,
  syncNow,
  type ItemDetails,
  type LinkPath,
} from '../../api/items';
import { useMay } from '../../api/session';
import { AskFirst } from '../../parts/ask-first';
import { DeleteItem } from './delete-item';
import { possibleFor } from './possible';
import { RelinkInstructions } from './relink-instructions';

type Dialog = 'adopt' | 'relink' | 'delete' | null;

/** What a person can do about an Item, as far as its state allows it. */
export function ItemActions({ item }: { item: ItemDetails }) {
  const queries = useQueryClient();
  const [dialog, setDialog] = useState<Dialog>(null);
  const isMember = useMay('member');
  const isAdmin = useMay('admin');
  const path = linkPath(item);
  const close = (): void => setDialog(null);
  const act = useMutation({
    mutationFn: ({ work }: { work: (path: LinkPath) => Promise<void>; done: string }) => work(path),
    onSuccess: async (_nothing, { done }) => {
      close();
      sayDone(done);
      await queries.invalidateQueries({
        predicate: ({ queryKey: [kind] }) => kind === 'items' || kind === 'audits',
      });
    },
    onError: sayFailed,
  });
  const instructions = <RelinkInstructions item={item} isOpen={dialog === 'relink'} onClose={close} />;
  if (!isMember)
    return (
      <>
        <Button variant="default" onClick={() => setDialog('relink')}>
          Re-link instructions
        </Button>
        {instructions}
      </>
    );
  const { isSynced, canResume, canAsk } = possibleFor(item);
  const isBusy = (work: unknown): boolean => act.isPending && act.variables.work === work;
  return (
    <>
      {isSynced && (
        <Button
          leftSection={<IconRefresh size={16} />}
          loading={isBusy(syncNow)}
          onClick={() => act.mutate({ work: syncNow, done: 'Plaid is asked for changes now.' })}
        >
          Sync now
        </Button>
      )}
      {canResume && (
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          loading={isBusy(resumeItem)}
          onClick={() => act.mutate({ work: resumeItem, done: 'Syncing goes on.' })}
        >
          Resume
        </Button>
      )}
      <Menu position="bottom-end" width={270}>
        <Menu.Target>
          <Button variant="default" px="xs" aria-label="More actions">
            <IconDots size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {isSynced && (
            <Menu.Item
              leftSection={<IconPlayerPause size={16} />}
              onClick={() => act.mutate({ work: pauseItem, done: 'Syncing is paused.' })}
            >
              Pause syncing
            </Menu.Item>
          )}
          {canAsk && (
            <Menu.Item
              leftSection={<IconShieldCheck size={16} />}
              onClick={() => act.mutate({ work: startAudit, done: 'The audit is under way.' })}
            >
              Audit: compare with Plaid
            </Menu.Item>
          )}
          {isSynced && item.webhook_delivery !== 'direct' && (
            <Menu.Item leftSection={<IconWebhook size={16} />} onClick={() => setDialog('adopt')}>
              Adopt webhook: make Plaid send here
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconInfoCircle size={16} />} onClick={() => setDialog('relink')}>
            Re-link instructions
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setDialog('delete')}>
            {isAdmin ? 'Stop, remove or erase' : 'Stop syncing'}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <AskFirst
        isOpen={dialog === 'adopt'}
        title="Make Plaid send the webhooks here"
        verb="Adopt webhook"
        isBusy={isBusy(adoptWebhook)}
        onNo={close}
        onYes={() =>
          act.mutate({ work: adoptWebhook, done: 'Plaid sends the webhooks of this Item here now.' })
        }
      >
        Plaid sends the webhooks of an Item to one address only.{' '}
        {item.plaid_webhook_url === null ? (
          'Whatever handles them now gets none of this Item any more'
        ) : (
          <>
            <span className="code">{item.plaid_webhook_url}</span> gets none of this Item any more
          </>
        )}
        , unless the integration forwards them (its Forward URL).
      </AskFirst>
      {instructions}
      <DeleteItem item={item} isOpen={dialog === 'delete'} onClose={close} />
    </>
  );
}
