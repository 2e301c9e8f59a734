import { Checkbox, Select, SimpleGrid, TextInput } from '@mantine/core';
import type { SimulatorResult } from '../../api/simulator';
import { DeedForm } from './deed-form';
import { needed, wholeNumber } from './validate';

/** Institutions of Plaid's sandbox, some of those that the simulator knows (docs/simulator.md). */
const INSTITUTIONS = [
  { value: 'ins_109508', label: 'First Platypus Bank' },
  { value: 'ins_109509', label: 'First Gingham Credit Union' },
  { value: 'ins_109511', label: 'Tartan Bank' },
  { value: 'ins_109512', label: 'Houndstooth Bank' },
  { value: 'ins_56', label: 'Chase' },
  { value: 'ins_127989', label: 'Bank of America' },
  { value: 'ins_127991', label: 'Wells Fargo' },
  { value: 'ins_128026', label: 'Capital One' },
];

interface LinkTestItemProps {
  integrationId: string;
  onDone: (result: SimulatorResult) => void;
}

/** What a customer does in Link and your program does after it, in one step. */
export function LinkTestItem({ integrationId, onDone }: LinkTestItemProps) {
  return (
    <DeedForm
      integrationId={integrationId}
      title="Link a test Item"
      about="As if a customer had gone through Link and your program had posted the Item to the link URL. The set-up list turns green as it is synced."
      verb="Link test Item"
      initialValues={{
        end_user_id: 'test-customer',
        end_user_name: '',
        institution_id: 'ins_109508',
        transactions: '200',
        ready: true,
      }}
      validate={{
        end_user_id: needed('Enter an ID, as your program would.'),
        transactions: wholeNumber(0, 100_000),
      }}
      deedOf={(values) => ({
        action: 'link_item',
        simulation: {
          end_user_id: values.end_user_id.trim(),
          ...(values.end_user_name.trim() === '' ? {} : { end_user_name: values.end_user_name.trim() }),
          institution_id: values.institution_id,
          transactions: Number(values.transactions),
          ready: values.ready,
        },
      })}
      onDone={onDone}
    >
      {(form) => (
        <>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <TextInput
              label="End user ID"
              name="end_user_id"
              description="Your own id of the customer; a new one is created."
              autoComplete="off"
              {...form.getInputProps('end_user_id')}
            />
            <TextInput
              label="Name"
              name="end_user_name"
              description="Optional."
              placeholder="Test Customer"
              autoComplete="off"
              {...form.getInputProps('end_user_name')}
            />
            <Select
              label="Institution"
              name="institution_id"
              data={INSTITUTIONS}
              searchable
              allowDeselect={false}
              {...form.getInputProps('institution_id')}
            />
            <TextInput
              label="Transactions"
              name="transactions"
              inputMode="numeric"
              autoComplete="off"
              {...form.getInputProps('transactions')}
            />
          </SimpleGrid>
          <Checkbox
            label="All of its history is there at once"
            description="Otherwise it comes as from a bank: the last 30 days first, the rest some seconds later."
            {...form.getInputProps('ready', { type: 'checkbox' })}
          />
        </>
      )}
    </DeedForm>
  );
}
