import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { SimulatorFault, SimulatorResult } from '../../api/simulator';
import { formatCount, shorten } from '../../parts/format';
import { Message } from '../../parts/message';
import { messageOf } from '../../api/api-error';
import classes from './simulator.module.css';
import { useSimulate } from './use-simulate';

function counted({ fired, times }: SimulatorFault): string {
  if (times !== null) return `acted ${formatCount(fired)} of ${formatCount(times)} times`;
  if (fired === 0) return 'has not acted yet';
  return fired === 1 ? 'acted once' : `acted ${formatCount(fired)} times`;
}

interface FaultsOnProps {
  integrationId: string;
  faults: readonly SimulatorFault[];
  /** The Item whose page this is; its faults need not say whose they are. */
  itemId?: string;
  onCleared: (result: SimulatorResult) => void;
}

/** The faults that are on, how often they have acted, and an end to all of them. */
export function FaultsOn({ integrationId, faults, itemId, onCleared }: FaultsOnProps) {
  const clear = useSimulate(integrationId);
  return (
    <Stack gap={6}>
      <Group justify="space-between" gap="xs">
        <Title order={3}>Faults that are on</Title>
        {faults.length > 0 && (
          <Button
            size="compact-sm"
            variant="default"
            loading={clear.isPending}
            onClick={() => clear.mutate({ action: 'clear_faults', simulation: {} }, { onSuccess: onCleared })}
          >
            Switch all off
          </Button>
        )}
      </Group>
      {clear.isError && (
        <Message tone="bad" isAlert>
          {messageOf(clear.error)}
        </Message>
      )}
      {faults.length === 0 ? (
        <Text size="sm" c="dimmed">
          None. Plaid answers and sends as it should.
        </Text>
      ) : (
        <ul className={classes.faults} aria-label="Faults that are on">
          {faults.map((fault) => (
            <li key={fault.id}>
              <span className="code">{fault.kind}</span>
              <Text span size="sm" c="dimmed" className="numbers">
                {fault.item_id === null ? (
                  'all Items'
                ) : fault.item_id === itemId ? (
                  'this Item'
                ) : (
                  <Link to="/items/$itemId" params={{ itemId: fault.item_id }}>
                    Item {shorten(fault.item_id, 4)}
                  </Link>
                )}
                {' · '}
                {counted(fault)}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </Stack>
  );
}
