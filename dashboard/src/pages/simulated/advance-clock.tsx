import { Button, Stack, Text, Title } from '@mantine/core';
import { messageOf } from '../../api/api-error';
import type { SimulatorResult } from '../../api/simulator';
import { Message } from '../../parts/message';
import classes from './simulator.module.css';
import { useSimulate } from './use-simulate';

const STEPS = [
  { by: '1m', label: '1 minute' },
  { by: '1h', label: '1 hour' },
  { by: '1d', label: '1 day' },
  { by: '31d', label: '31 days' },
];

interface AdvanceClockProps {
  integrationId: string;
  onDone: (result: SimulatorResult) => void;
}

/** Lets time pass at the bank. */
export function AdvanceClock({ integrationId, onDone }: AdvanceClockProps) {
  const advance = useSimulate(integrationId);
  const underWay =
    advance.isPending && advance.variables.action === 'advance_clock'
      ? advance.variables.simulation.by
      : null;
  return (
    <Stack gap={6}>
      <Title order={3}>Let time pass at the bank</Title>
      <Text size="sm" c="dimmed">
        For all Items of the simulator. Histories arrive, lost webhooks come again; after 30 days logins end.
      </Text>
      {advance.isError && (
        <Message tone="bad" isAlert>
          {messageOf(advance.error)}
        </Message>
      )}
      <div className={classes.actions} role="group" aria-label="Advance the clock by">
        {STEPS.map(({ by, label }) => (
          <Button
            key={by}
            size="compact-sm"
            variant="default"
            disabled={underWay !== null && underWay !== by}
            loading={underWay === by}
            onClick={() =>
              advance.mutate({ action: 'advance_clock', simulation: { by } }, { onSuccess: onDone })
            }
          >
            {label}
          </Button>
        ))}
      </div>
    </Stack>
  );
}
