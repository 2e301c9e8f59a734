import { Checkbox, Modal, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sayDone } from '../../api/failed';
import { deleteItem, linkPath, type ItemDetails } from '../../api/items';
import { Form, FormButtons } from '../../parts/form';
import { problemOf } from '../../parts/form-errors';
import { useConfirmed } from '../../shell/confirm-password';

interface DeleteItemProps {
  item: ItemDetails;
  isOpen: boolean;
  onClose: () => void;
}

/** Three degrees of an end: not synced any more, removed at Plaid, erased here. */
export function DeleteItem({ item, isOpen, onClose }: DeleteItemProps) {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  const [isRemoved, setRemoved] = useState(false);
  const [isErased, setErased] = useState(false);
  const removal = useMutation({
    mutationFn: () =>
      confirmed(() => deleteItem(linkPath(item), { remove_at_plaid: isRemoved, erase: isErased })),
    onSuccess: async () => {
      sayDone('The Item is not synced any more.');
      onClose();
      await queries.invalidateQueries();
    },
  });
  return (
    <Modal opened={isOpen} onClose={onClose} title="Stop, remove or erase this Item">
      <Form
        problem={problemOf(removal.error)}
        onSubmit={(event) => {
          event.preventDefault();
          removal.mutate();
        }}
      >
        <Text>Syncing stops. What was synced stays readable unless you erase it.</Text>
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
        <FormButtons
          verb={isErased ? 'Stop and erase' : isRemoved ? 'Stop and remove' : 'Stop syncing'}
          isDangerous
          isBusy={removal.isPending}
          onCancel={onClose}
        />
      </Form>
    </Modal>
  );
}
