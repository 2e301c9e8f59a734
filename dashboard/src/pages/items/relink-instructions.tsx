import { Group, Modal, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { integrationQuery } from '../../api/integrations';
import type { ItemDetails } from '../../api/items';
import { CodeBlock } from '../../parts/copy';
import { ITEM_ACTION, LINK_ANEW } from '../../parts/item-status';
import { LanguageChoice } from '../../parts/language-choice';
import { updateModeOf, type Language } from '../../parts/snippets';

interface RelinkInstructionsProps {
  item: ItemDetails;
  isOpen: boolean;
  onClose: () => void;
}

/** To paste: the link token of this Item. */
function UpdateMode({ item }: { item: ItemDetails }) {
  const [language, setLanguage] = useState<Language>('curl');
  const { data: integration } = useQuery({
    ...integrationQuery(item.integration.heron_id),
    enabled: !item.integration.deleted,
  });
  if (integration === undefined) return null;
  const code = updateModeOf(integration.base_url, item.end_user.end_user_id)[language];
  return (
    <Stack gap="xs" mt="sm">
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed">
          No products, and nothing to exchange: item_id and access token stay. To let the customer choose
          accounts anew, add <span className="code">update.account_selection_enabled</span>.
        </Text>
        <LanguageChoice language={language} onChange={setLanguage} />
      </Group>
      <CodeBlock code={code} what="the link token request of update mode" />
    </Stack>
  );
}

/** How a customer logs in again: of use before anything is broken, too, when a consent ends for example. */
export function RelinkInstructions({ item, isOpen, onClose }: RelinkInstructionsProps) {
  // Update mode needs its access token.
  const isGone = item.status === 'deleted_in_plaid' || item.desired_state === 'disabled';
  return (
    <Modal opened={isOpen} onClose={onClose} title="Re-link instructions" size="lg">
      <Stack>
        {!isGone && (
          <div>
            <Title order={3}>{ITEM_ACTION.update_mode.title}</Title>
            <Text>{ITEM_ACTION.update_mode.how}</Text>
            <UpdateMode item={item} />
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
