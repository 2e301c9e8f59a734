import { Autocomplete, Checkbox, Select, SimpleGrid, TextInput } from '@mantine/core';
import type { ComponentType } from 'react';
import type { SimulatorPanel, SimulatorResult } from '../../api/simulator';
import { DeedForm } from './deed-form';
import { FaultForm } from './fault-form';
import { decimalNumber, needed, wholeNumber } from './validate';

export interface ItemFormProps {
  integrationId: string;
  itemId: string;
  panel: SimulatorPanel;
  onDone: (result: SimulatorResult) => void;
  onClose: () => void;
}

function SpendForm({ itemId, panel: _panel, ...form }: ItemFormProps) {
  return (
    <DeedForm
      {...form}
      title="Spend something"
      about="A new transaction at the bank, of which Plaid tells by webhook. It appears under Transactions within a second."
      verb="Spend"
      initialValues={{ name: 'Blue Bottle Coffee', amount: '12.34', pending: true }}
      validate={{ name: needed('Enter where it was spent.'), amount: decimalNumber }}
      deedOf={({ name, amount, pending }) => ({
        action: 'spend',
        simulation: { item_id: itemId, name: name.trim(), amount: amount.trim(), pending },
      })}
    >
      {({ getInputProps }) => (
        <>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <TextInput label="Where" name="name" autoComplete="off" {...getInputProps('name')} />
            <TextInput
              label="Amount"
              name="amount"
              inputMode="decimal"
              autoComplete="off"
              {...getInputProps('amount')}
            />
          </SimpleGrid>
          <Checkbox
            label="Pending"
            description="Until it posts: then its row is removed and a posted one takes its place."
            {...getInputProps('pending', { type: 'checkbox' })}
          />
        </>
      )}
    </DeedForm>
  );
}

function HistoryForm({ itemId, panel: _panel, ...form }: ItemFormProps) {
  return (
    <DeedForm
      {...form}
      title="Add transactions of earlier days"
      about="As when a bank delivers late. Ardea reads them page by page, and commits all of them or none."
      verb="Add them"
      initialValues={{ count: '1000', days: '365' }}
      validate={{ count: wholeNumber(1, 100_000), days: wholeNumber(1, 730) }}
      deedOf={({ count, days }) => ({
        action: 'history',
        simulation: { item_id: itemId, count: Number(count), days: Number(days) },
      })}
    >
      {({ getInputProps }) => (
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <TextInput
            label="How many"
            name="count"
            inputMode="numeric"
            autoComplete="off"
            {...getInputProps('count')}
          />
          <TextInput
            label="Over how many days"
            name="days"
            inputMode="numeric"
            autoComplete="off"
            {...getInputProps('days')}
          />
        </SimpleGrid>
      )}
    </DeedForm>
  );
}

const USUAL_CODE = 'ITEM_LOGIN_REQUIRED';

function BreakForm({ itemId, panel, ...form }: ItemFormProps) {
  const known = panel.fault_kinds
    .find(({ kind }) => kind === 'break')
    ?.params.find(({ name }) => name === 'error_code')?.values;
  return (
    <DeedForm
      {...form}
      title="Break the login"
      about="From now on Plaid answers with this error, until the repair. The status above says within a second what a person has to do."
      verb="Break login"
      isDanger
      initialValues={{ error_code: USUAL_CODE }}
      deedOf={({ error_code }) => ({ action: 'break', simulation: { item_id: itemId, error_code } })}
    >
      {({ getInputProps }) => (
        <Select
          label="Error code"
          name="error_code"
          description={`One of Plaid’s. ${USUAL_CODE} is what happens most: a changed password.`}
          data={known ?? [USUAL_CODE]}
          searchable
          openOnFocus={false}
          allowDeselect={false}
          nothingFoundMessage="Plaid has no such code"
          {...getInputProps('error_code')}
        />
      )}
    </DeedForm>
  );
}

const WEBHOOK_CODES: Readonly<Record<string, readonly string[]>> = {
  TRANSACTIONS: ['SYNC_UPDATES_AVAILABLE', 'INITIAL_UPDATE', 'HISTORICAL_UPDATE', 'DEFAULT_UPDATE'],
  ITEM: ['ERROR', 'LOGIN_REPAIRED', 'PENDING_EXPIRATION', 'PENDING_DISCONNECT', 'NEW_ACCOUNTS_AVAILABLE'],
};

function WebhookForm({ itemId, panel: _panel, ...form }: ItemFormProps) {
  return (
    <DeedForm
      {...form}
      title="Send a webhook"
      about="Signed as Plaid signs, though nothing happened. It appears in the timeline and the inbox; Ardea looks, and changes nothing."
      verb="Send"
      initialValues={{ webhook_type: 'TRANSACTIONS', webhook_code: 'SYNC_UPDATES_AVAILABLE' }}
      validate={{ webhook_code: needed('Enter a code.') }}
      deedOf={({ webhook_type, webhook_code }) => ({
        action: 'webhook',
        simulation: { item_id: itemId, webhook_type, webhook_code: webhook_code.trim() },
      })}
    >
      {({ getInputProps, values, setValues }) => (
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <Select
            label="Type"
            name="webhook_type"
            data={Object.keys(WEBHOOK_CODES)}
            allowDeselect={false}
            {...getInputProps('webhook_type')}
            onChange={(type: string | null) =>
              setValues({
                webhook_type: type ?? 'TRANSACTIONS',
                webhook_code: WEBHOOK_CODES[type ?? '']?.[0] ?? '',
              })
            }
          />
          <Autocomplete
            label="Code"
            name="webhook_code"
            data={[...(WEBHOOK_CODES[values.webhook_type] ?? [])]}
            {...getInputProps('webhook_code')}
          />
        </SimpleGrid>
      )}
    </DeedForm>
  );
}

function ItemFaultForm({ panel, ...form }: ItemFormProps) {
  return <FaultForm kinds={panel.fault_kinds} {...form} />;
}

function RelinkForm({ itemId, panel: _panel, ...form }: ItemFormProps) {
  return (
    <DeedForm
      {...form}
      title="Link the accounts again, as a new Item"
      about="As a customer does who goes through Link once more. Ardea pairs the two Items and hides what would be there twice; this one says so under “Linked again”."
      verb="Relink"
      initialValues={{}}
      deedOf={() => ({ action: 'relink', simulation: { item_id: itemId } })}
    />
  );
}

function RevokeForm({ itemId, panel: _panel, ...form }: ItemFormProps) {
  return (
    <DeedForm
      {...form}
      title="Withdraw the permission"
      about="As a customer does at the bank. No repair helps after it: this Item stays broken, and only a relink goes on."
      verb="Withdraw"
      isDanger
      initialValues={{}}
      deedOf={() => ({ action: 'revoke', simulation: { item_id: itemId } })}
    />
  );
}

export type ItemFormName = 'spend' | 'break' | 'fault' | 'history' | 'webhook' | 'relink' | 'revoke';

/** What is asked before something is done to an Item. */
export const ITEM_FORMS: Readonly<Record<ItemFormName, ComponentType<ItemFormProps>>> = {
  spend: SpendForm,
  break: BreakForm,
  fault: ItemFaultForm,
  history: HistoryForm,
  webhook: WebhookForm,
  relink: RelinkForm,
  revoke: RevokeForm,
};
