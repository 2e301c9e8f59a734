import { Button, Menu, Stack, Text } from '@mantine/core';
import {
  IconBug,
  IconChecks,
  IconCreditCardPay,
  IconDots,
  IconHistoryToggle,
  IconLinkPlus,
  IconLockX,
  IconRefresh,
  IconTool,
  IconUserX,
  IconWebhook,
  type TablerIcon,
} from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { messageOf } from '../../api/api-error';
import type { ItemDetails } from '../../api/items';
import type { SimulatorPanel, SimulatorResult } from '../../api/simulator';
import { Message } from '../../parts/message';
import { Answer, useAnswer } from './answer';
import { FaultsOn } from './faults-on';
import { ITEM_FORMS, type ItemFormName } from './item-forms';
import classes from './simulator.module.css';
import { useSimulate } from './use-simulate';

/** What needs no questions. */
type AtOnce = 'post' | 'repair' | 'refresh';

const IN_MENU: readonly { form: ItemFormName; label: string; icon: TablerIcon; isDanger?: boolean }[] = [
  { form: 'history', label: 'Add earlier transactions', icon: IconHistoryToggle },
  { form: 'webhook', label: 'Send a webhook', icon: IconWebhook },
  { form: 'relink', label: 'Relink as a new Item', icon: IconLinkPlus },
  { form: 'revoke', label: 'Withdraw the permission', icon: IconUserX, isDanger: true },
];

interface ItemPanelProps {
  item: ItemDetails;
  panel: SimulatorPanel;
}

/** The life of a simulated Item, as a customer and a bank would bring it about. */
export function ItemPanel({ item, panel }: ItemPanelProps) {
  const integrationId = item.integration.heron_id;
  const { item_id: itemId } = item;
  const [form, setForm] = useState<ItemFormName | null>(null);
  const opener = useRef<HTMLElement | null>(null);
  const more = useRef<HTMLButtonElement>(null);
  const { result, box, show, clear } = useAnswer();
  const act = useSimulate(integrationId);
  const faults = panel.faults.filter(({ item_id }) => item_id === null || item_id === itemId);
  const underWay = act.isPending ? act.variables.action : null;

  const open = (wanted: ItemFormName, from: HTMLElement | null): void => {
    opener.current = from;
    act.reset();
    clear();
    setForm(wanted === form ? null : wanted);
  };
  const close = (): void => {
    setForm(null);
    opener.current?.focus();
  };
  const done = (shown: SimulatorResult): void => {
    close();
    show(shown);
  };
  const atOnce = (action: AtOnce): void => {
    setForm(null);
    clear();
    act.mutate({ action, simulation: { item_id: itemId } }, { onSuccess: (shown) => show(shown) });
  };

  const formButton = (name: ItemFormName, label: string, Icon: TablerIcon) => (
    <Button
      variant="default"
      size="xs"
      leftSection={<Icon size={15} aria-hidden="true" />}
      aria-expanded={form === name}
      onClick={({ currentTarget }) => open(name, currentTarget)}
    >
      {label}
    </Button>
  );
  const atOnceButton = (action: AtOnce, label: string, Icon: TablerIcon) => (
    <Button
      variant="default"
      size="xs"
      leftSection={<Icon size={15} aria-hidden="true" />}
      loading={underWay === action}
      onClick={() => atOnce(action)}
    >
      {label}
    </Button>
  );
  const Form = form === null ? null : ITEM_FORMS[form];
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        This Item is simulated. Make something happen, and see what becomes of it here.
      </Text>
      <div className={classes.actions} role="group" aria-label="What happens at the bank">
        {formButton('spend', 'Spend', IconCreditCardPay)}
        {atOnceButton('post', 'Post pending ones', IconChecks)}
        {formButton('break', 'Break login', IconLockX)}
        {atOnceButton('repair', 'Repair', IconTool)}
        {formButton('fault', 'Inject a fault', IconBug)}
        <Menu position="bottom-end" width={250}>
          <Menu.Target>
            <Button
              ref={more}
              variant="default"
              size="xs"
              px="xs"
              aria-label="More at the bank"
              loading={underWay === 'refresh'}
            >
              <IconDots size={16} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => atOnce('refresh')}>
              Refresh from the bank
            </Menu.Item>
            {IN_MENU.map(({ form: name, label, icon: Icon, isDanger = false }) => (
              <Menu.Item
                key={name}
                color={isDanger ? 'red' : undefined}
                leftSection={<Icon size={16} />}
                onClick={() => open(name, more.current)}
              >
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </div>
      {act.isError && (
        <Message tone="bad" isAlert>
          {messageOf(act.error)}
        </Message>
      )}
      {Form !== null && form !== null && (
        <div className={classes.part}>
          <Form
            key={form}
            integrationId={integrationId}
            itemId={itemId}
            panel={panel}
            onDone={done}
            onClose={close}
          />
        </div>
      )}
      <Answer result={result} box={box} itemId={itemId} />
      {faults.length > 0 && (
        <div className={classes.part}>
          <FaultsOn
            integrationId={integrationId}
            faults={faults}
            itemId={itemId}
            onCleared={(shown) => show(shown, { isFocused: true })}
          />
        </div>
      )}
    </Stack>
  );
}
