import { Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ItemDetails } from '../../api/items';
import { ITEM_ACTION, sayAttention } from '../../parts/item-status';
import { Message, PlaidMessage } from '../../parts/message';
import { Time } from '../../parts/time';

/** What an Item asks of a person, and how it is done; nothing where it asks nothing. */
export function ItemNeed({ item }: { item: ItemDetails }) {
  const { action, attention, status_message } = item;
  return (
    <>
      {action !== null && (
        <Message tone={action === 'wait' ? 'busy' : 'bad'} title={ITEM_ACTION[action].title}>
          <Stack gap={6}>
            <Text inherit>{ITEM_ACTION[action].how}</Text>
            {status_message !== null && (
              <Text inherit c="dimmed">
                Since <Time at={item.status_since} as="short" />: <PlaidMessage text={status_message} />
              </Text>
            )}
            {action === 'fix_keys' && (
              <Text inherit>
                <Link
                  to="/settings/integrations/$integrationId"
                  params={{ integrationId: item.integration.heron_id }}
                >
                  Open {item.integration.name}
                </Link>
              </Text>
            )}
          </Stack>
        </Message>
      )}
      {attention.map((entry) => (
        <Message key={`${entry.code}${entry.reason ?? ''}`} tone="warn" title={sayAttention(entry).title}>
          {sayAttention(entry).message}{' '}
          {entry.deadline !== null && (
            <>
              Until <Time at={entry.deadline} as="short" />.
            </>
          )}
        </Message>
      ))}
      {item.webhook_message !== null && action === null && (
        <Message tone="busy" title="Webhooks">
          {item.webhook_message}
        </Message>
      )}
      {item.superseded_by_item_id !== null && (
        <Message tone="busy" title="Superseded by a newer Item">
          The same accounts were linked again.{' '}
          <Link to="/items/$itemId" params={{ itemId: item.superseded_by_item_id }}>
            Open the newer Item
          </Link>
        </Message>
      )}
    </>
  );
}
