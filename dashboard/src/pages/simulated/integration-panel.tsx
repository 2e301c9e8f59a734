import { Button, SimpleGrid, Stack } from '@mantine/core';
import { useRef, useState } from 'react';
import type { SimulatorPanel } from '../../api/simulator';
import { AdvanceClock } from './advance-clock';
import { Answer, useAnswer } from './answer';
import { FaultForm } from './fault-form';
import { FaultsOn } from './faults-on';
import { LinkTestItem } from './link-test-item';
import classes from './simulator.module.css';

interface IntegrationPanelProps {
  integrationId: string;
  panel: SimulatorPanel;
}

/** What the simulated Plaid of an integration can be told: new Items, faults for all of them, the time. */
export function IntegrationPanel({ integrationId, panel }: IntegrationPanelProps) {
  const [isAdding, setAdding] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const { result, box, show } = useAnswer();
  const close = (): void => {
    setAdding(false);
    opener.current?.focus();
  };
  return (
    <Stack>
      <LinkTestItem integrationId={integrationId} onDone={(done) => show(done)} />
      <Answer result={result} box={box} />
      <SimpleGrid cols={{ base: 1, md: 2 }} className={classes.part}>
        <Stack gap="xs">
          <FaultsOn
            integrationId={integrationId}
            faults={panel.faults}
            onCleared={(done) => show(done, { isFocused: true })}
          />
          <div>
            <Button
              ref={opener}
              size="compact-sm"
              variant="default"
              aria-expanded={isAdding}
              onClick={() => setAdding(!isAdding)}
            >
              Switch a fault on
            </Button>
          </div>
        </Stack>
        <AdvanceClock integrationId={integrationId} onDone={(done) => show(done)} />
      </SimpleGrid>
      {isAdding && (
        <div className={classes.part}>
          <FaultForm
            integrationId={integrationId}
            kinds={panel.fault_kinds}
            onDone={(done) => {
              close();
              show(done);
            }}
            onClose={close}
          />
        </div>
      )}
    </Stack>
  );
}
