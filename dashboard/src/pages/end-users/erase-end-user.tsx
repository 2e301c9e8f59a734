import { Button, Checkbox, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { deleteEndUser, type EndUser, type EndUserDeleted } from '../../api/end-users';
import { sayDone, sayFailed } from '../../api/failed';
import type { Item } from '../../api/items';
import { Form, FormButtons } from '../../parts/form';
import { problemOf } from '../../parts/form-errors';
import { formatCount, shorten } from '../../parts/format';
import { Message } from '../../parts/message';
import { Status, type StatusLook } from '../../parts/status';
import { isTyped, TypeToConfirm } from '../../parts/type-to-confirm';
import { useConfirmed } from '../../shell/confirm-password';

type ErasedLink = EndUserDeleted['links'][number];

const AT_PLAID: Readonly<Record<ErasedLink['at_plaid'], StatusLook>> = {
  kept: { tone: 'quiet', icon: 'dashed', label: 'Still linked at Plaid' },
  removed: { tone: 'good', icon: 'check', label: 'Removed at Plaid' },
  unconfirmed: { tone: 'warn', icon: 'alert', label: 'Plaid has not confirmed' },
  unknown: { tone: 'warn', icon: 'alert', label: 'Plaid was not asked' },
};

interface OutcomeProps {
  outcome: EndUserDeleted;
  nameOf: (itemId: string) => string;
}

/** What was done, Item by Item. */
function Outcome({ outcome: { status, links }, nameOf }: OutcomeProps) {
  return (
    <Stack gap="sm">
      {status === 'done' ? (
        <Text role="status">
          Its data and its name are erased. Readers of the change feed are told of every transaction.
        </Text>
      ) : (
        <Message tone="warn" isAlert title="Something is left">
          Trying again goes on with what is left, and does nothing twice.
        </Message>
      )}
      {links.map(({ item_id, erased, at_plaid, message }) => (
        <div key={item_id}>
          <Text fw={500}>{nameOf(item_id)}</Text>
          <Group gap="sm">
            {erased ? (
              <Status tone="good" icon="check" label="Erased" />
            ) : (
              <Status tone="bad" icon="cross" label="Not erased yet" />
            )}
            <Status {...AT_PLAID[at_plaid]} />
          </Group>
          {message !== null && (
            <Text size="xs" c="dimmed">
              {message}
            </Text>
          )}
        </div>
      ))}
    </Stack>
  );
}

interface EraseEndUserProps {
  endUser: EndUser;
  /** Those that could be read, for their names. */
  items: readonly Item[];
  /** Rows that are stored; undefined while it is not known. */
  transactions: number | undefined;
  isOpen: boolean;
  onClose: () => void;
}

const rowsOf = (transactions: number | undefined): string =>
  transactions === undefined
    ? 'transactions'
    : transactions === 1
      ? 'one transaction'
      : `${formatCount(transactions)} transactions`;

const whatIsErased = (connections: number, transactions: number | undefined): string =>
  connections === 0
    ? 'It has no connections: what is left is its name.'
    : `Syncing of its ${connections === 1 ? 'connection' : `${formatCount(connections)} connections`} stops. Its ${rowsOf(transactions)} with all that they were before, accounts, balances, webhooks and its name are erased.`;

interface ErasureFormProps {
  endUser: EndUser;
  transactions: number | undefined;
  problem: string | null;
  isBusy: boolean;
  onErase: (isRemoved: boolean) => void;
  onCancel: () => void;
}

/** Begins anew each time it is opened: nothing stays typed or ticked. */
function ErasureForm({ endUser, transactions, problem, isBusy, onErase, onCancel }: ErasureFormProps) {
  const [typed, setTyped] = useState('');
  const [isRemoved, setRemoved] = useState(false);
  const isReady = isTyped(typed, endUser.end_user_id);
  // Not of the list of its Items, which may be unread, or longer than a page.
  const connections = endUser.activity?.connections ?? 0;
  return (
    <Form
      problem={problem}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) onErase(isRemoved);
      }}
    >
      <List spacing={4} size="sm">
        <List.Item>{whatIsErased(connections, transactions)}</List.Item>
        <List.Item>
          Ids stay, your own too, and a tombstone of each transaction, so that readers of the change feed
          learn what to delete.
        </List.Item>
        <List.Item>It cannot be undone. For a copy, export first.</List.Item>
      </List>
      {connections > 0 && (
        <Checkbox
          label="Remove its Items at Plaid too"
          description="Calls /item/remove for each: ends the access and the billing at Plaid. Otherwise they stay linked there, and only you can remove them afterwards: the tokens here are erased."
          checked={isRemoved}
          onChange={({ currentTarget }) => setRemoved(currentTarget.checked)}
        />
      )}
      <TypeToConfirm text={endUser.end_user_id} value={typed} onChange={setTyped} />
      <FormButtons verb="Erase" isDangerous isBusy={isBusy} isDisabled={!isReady} onCancel={onCancel} />
    </Form>
  );
}

/** What will happen, its confirmation, and what was done, in one dialog; what was done is told even if it was closed meanwhile. */
export function EraseEndUser({ endUser, items, transactions, isOpen, onClose }: EraseEndUserProps) {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  const isShown = useRef(isOpen);
  useEffect(() => {
    isShown.current = isOpen;
    return () => {
      isShown.current = false;
    };
  }, [isOpen]);
  // What was done stays shown while what is left is tried again.
  const [outcome, setOutcome] = useState<EndUserDeleted | null>(null);
  const erasure = useMutation({
    mutationFn: (isRemoved: boolean) => confirmed(() => deleteEndUser(endUser.heron_id, isRemoved)),
    onSuccess: async (done) => {
      setOutcome(done);
      if (!isShown.current && done.status === 'done') sayDone(`${endUser.end_user_id} is erased.`);
      if (!isShown.current && done.status !== 'done')
        sayFailed(new Error(`Something of ${endUser.end_user_id} is left. Erase it again to go on.`));
      await queries.invalidateQueries();
    },
    onError: (error) => {
      if (!isShown.current) sayFailed(error);
    },
  });
  const problem = problemOf(erasure.error);
  const names = new Map(items.map(({ item_id, institution }) => [item_id, institution.name]));
  const nameOf = (itemId: string): string => names.get(itemId) ?? `Item ${shorten(itemId, 8)}`;
  const close = (): void => {
    onClose();
    // What is at work goes on, and what comes of it is there when the dialog is opened again.
    if (erasure.isPending) return;
    setOutcome(null);
    erasure.reset();
  };
  // Its name is gone once it is erased; the id stays.
  return (
    <Modal opened={isOpen} onClose={close} title={`Erase ${endUser.end_user_id}`} size="lg">
      {outcome === null ? (
        <ErasureForm
          endUser={endUser}
          transactions={transactions}
          problem={problem}
          isBusy={erasure.isPending}
          onErase={erasure.mutate}
          onCancel={close}
        />
      ) : (
        <Stack>
          {problem !== null && (
            <Message tone="bad" isAlert>
              {problem}
            </Message>
          )}
          <Outcome outcome={outcome} nameOf={nameOf} />
          <Group justify="flex-end">
            {outcome.status === 'pending' && (
              <Button
                variant="default"
                loading={erasure.isPending}
                onClick={() => erasure.mutate(erasure.variables ?? false)}
              >
                Try again
              </Button>
            )}
            <Button onClick={close}>Close</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
