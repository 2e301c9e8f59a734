import { Modal, Stack, Text, Title } from '@mantine/core';
import type { ItemDetails } from '../../api/items';
import { ITEM_ACTION, LINK_ANEW } from '../../parts/item-status';

interface RelinkInstructionsProps {
  item: ItemDetails;
  isOpen: boolean;
  onClose: () => void;
}

/** How a customer logs in again: of use before anything is broken, too, when a consent ends for example. */
export function RelinkInstructions({ item, isOpen, onClose }: RelinkInstructionsProps) {
  // Update mode needs its access token.
  const isGone = item.status === 'deleted_in_plaid' || item.desired_state === 'disabled';
  return (
    <Modal opened={isOpen} onClose={onClose} title="Re-link instructions">
      <Stack>
        {!isGone && (
          <div>
            <Title order={3}>{ITEM_ACTION.update_mode.title}</Title>
            <Text>{ITEM_ACTION.update_mode.how}</Text>
          </div>
        )}
        <div>
          <Title order={3}>
            {isGone ? ITEM_ACTION.new_link.title : 'Where that does not help, have the account linked anew'}
          </Title>
          <Text>{LINK_ANEW}</Text>
        </div>
      </Stack>
    </Modal>
  );
}
