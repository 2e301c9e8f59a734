import { Checkbox, Modal, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sayDone } from '../../api/failed';
import { deleteItem, linkPath, type ItemDetails } from '../../api/items';
import { useMay } from '../../api/session';
import { Form, FormButtons } from '../../parts/form';
import { problemOf } from '../../parts/form-errors';
import { isTyped, TypeToConfirm } from '../../parts/type-to-confirm';
import { useConfirmed } from '../../shell/confirm-password';

interface DeleteItemProps {
  item: ItemDetails;
  isOpen: boolean;
  onClose: () => void;
}

/** Three degrees of an end: not synced any more, removed at Plaid, erased here. */
export function DeleteItem({ item, isOpen, onClose }: DeleteItemProps) {
  const isAdmin = useMay('admin');
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={isAdmin ? 'Stop, remove or erase this Item' : 'Stop syncing this Item'}
    >
      <DeleteForm item={item} onClose={onClose} />
    </Modal>
  );
}

const doneOf = (isRemoved: boolean, isErased: boolean): string =>
  isErased
    ? `The data of the Item are erased${isRemoved ? ', and it is removed at Plaid' : ''}.`
    : isRemoved
      ? 'The Item is removed at Plaid.'
      : 'The Item is not synced any more.';

/** Begins anew each time it is opened: nothing stays ticked. */
function DeleteForm({ item, onClose }: Omit<DeleteItemProps, 'isOpen'>) {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  const isAdmin = useMay('admin');
  const [isRemoved, setRemoved] = useState(false);
  const [isErased, setErased] = useState(false);
  const [typed, setTyped] = useState('');
  const removal = useMutation({
    mutationFn: () =>
      confirmed(() => deleteItem(linkPath(item), { remove_at_plaid: isRemoved, erase: isErased })),
    onSuccess: async () => {
      sayDone(doneOf(isRemoved, isErased));
      onClose();
      await queries.invalidateQueries();
    },
  });
  const isStopped = item.desired_state === 'disabled';
  const name = item.institution.name ?? item.item_id;
  const isReady = isErased ? isTyped(typed, name) : isRemoved || !isStopped;
  const verb = isErased
    ? isStopped
      ? 'Erase'
      : 'Stop and erase'
    : isRemoved
      ? isStopped
        ? 'Remove at Plaid'
        : 'Stop and remove'
      : 'Stop syncing';
  return (
    <Form
      problem={problemOf(removal.error)}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) removal.mutate();
      }}
    >
      <Text>
        {isStopped ? 'It is not synced any more.' : 'Syncing stops.'} What was synced stays readable
        {isAdmin ? ' unless you erase it' : ''}.
      </Text>
      {isAdmin && (
        <>
          <Checkbox
            label="Remove it at Plaid too"
            description="Calls /item/remove: ends the access and the billing at Plaid. Cannot be undone."
            checked={isRemoved}
            onChange={({ currentTarget }) => setRemoved(currentTarget.checked)}
          />
          <Checkbox
            label="Erase its data"
            description="Its transactions and accounts are erased; ids and tombstones stay, so that readers of the change feed learn of it. Cannot be undone."
            checked={isErased}
            onChange={({ currentTarget }) => setErased(currentTarget.checked)}
          />
        </>
      )}
      {isErased && <TypeToConfirm text={name} value={typed} onChange={setTyped} />}
      <FormButtons
        verb={verb}
        isDangerous
        isBusy={removal.isPending}
        isDisabled={!isReady}
        onCancel={onClose}
      />
    </Form>
  );
}
