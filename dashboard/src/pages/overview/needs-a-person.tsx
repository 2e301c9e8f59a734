import { Group, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Statistics } from '../../api/statistics';
import { ITEM_ACTION, ItemStatus, needOf } from '../../parts/item-status';
import { PlaidMessage } from '../../parts/message';
import { Card, Notice } from '../../parts/states';
import { Status } from '../../parts/status';
import { Time } from '../../parts/time';
import classes from './overview.module.css';

/** What does not mend itself, each with what to do. */
export function NeedsAPerson({ needs }: { needs: Statistics['needs_a_person'] }) {
  const { integrations, items, more_items } = needs;
  return (
    <Card title="Needs attention now" flush>
      {integrations.length + items.length === 0 ? (
        <Notice icon={IconCircleCheck} title="Nothing">
          Everything runs by itself.
        </Notice>
      ) : (
        <ul className={classes.needs}>
          {integrations.map(({ heron_id, name, paused_since, message }) => (
            <li key={heron_id}>
              <Group justify="space-between" gap="0 10px">
                <Link to="/settings/integrations/$integrationId" params={{ integrationId: heron_id }}>
                  {name}
                </Link>
                <Status tone="bad" icon="alert" label="Keys refused" />
              </Group>
              <Text size="sm">{message}</Text>
              <Text size="xs" c="dimmed">
                Since <Time at={paused_since} as="short" none="its last check" />
              </Text>
            </li>
          ))}
          {items.map((item) => (
            <li key={item.item_id}>
              <Group justify="space-between" gap="0 10px">
                <Link to="/items/$itemId" params={{ itemId: item.item_id }}>
                  {item.institution.name ?? 'Item'} of {item.end_user.name ?? item.end_user.end_user_id}
                </Link>
                <ItemStatus status={item.status} />
              </Group>
              <Text size="sm">{item.action === null ? needOf(item) : ITEM_ACTION[item.action].title}</Text>
              <Text size="xs" c="dimmed" lineClamp={2}>
                Since <Time at={item.status_since} as="short" />
                {item.status_message !== null && (
                  <>
                    {': '}
                    <PlaidMessage text={item.status_message} />
                  </>
                )}
              </Text>
            </li>
          ))}
          {more_items && (
            <li>
              <Link to="/items" search={{ attention: true }}>
                All of them
              </Link>
            </li>
          )}
        </ul>
      )}
    </Card>
  );
}
