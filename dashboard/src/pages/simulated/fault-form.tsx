import {
  Button,
  Checkbox,
  Collapse,
  Select,
  SimpleGrid,
  type ComboboxParsedItem,
  type OptionsFilter,
} from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useId, useState } from 'react';
import type { Deed, FaultKind, SimulatorResult } from '../../api/simulator';
import { toWords } from '../../parts/format';
import { DeedForm } from './deed-form';
import { ParamInput, paramsOf, sentence, type ParamTexts } from './fault-params';
import classes from './simulator.module.css';

/** Incidents that have a button of their own; a relink that Ardea is not told of would leave an Item nobody syncs. */
const ELSEWHERE = new Set(['relink', 'break', 'repair', 'permission_revoked', 'refresh']);

const FOR_EVER = 'null';
const TIMES = [
  { value: '1', label: 'Once' },
  { value: '3', label: '3 times' },
  { value: '10', label: '10 times' },
  { value: FOR_EVER, label: 'Until it is switched off' },
];

type Values = { kind: string; times: string; isForAll: boolean; params: ParamTexts };

function deedOf(kind: FaultKind, { times, isForAll, params }: Values, itemId: string | undefined): Deed {
  const own = itemId === undefined || isForAll ? {} : { item_id: itemId };
  const given = paramsOf(kind.params, params);
  return kind.acts_as === 'incident'
    ? { action: 'incident', simulation: { item_id: itemId ?? '', kind: kind.kind, params: given } }
    : {
        action: 'fault',
        simulation: {
          kind: kind.kind,
          times: times === FOR_EVER ? null : Number(times),
          params: given,
          ...own,
        },
      };
}

interface FaultFormProps {
  integrationId: string;
  kinds: readonly FaultKind[];
  /** Whose page this is; absent: faults for all Items, and nothing that happens to one. */
  itemId?: string;
  onDone: (result: SimulatorResult) => void;
  onClose: () => void;
}

/** Chooses what goes wrong, of all that the simulator can do. */
export function FaultForm({ integrationId, kinds, itemId, onDone, onClose }: FaultFormProps) {
  const [areMoreShown, setMoreShown] = useState(false);
  const more = useId();
  const offered = new Map(
    kinds
      .filter(({ kind, acts_as }) => acts_as === 'fault' || (itemId !== undefined && !ELSEWHERE.has(kind)))
      .map((kind) => [kind.kind, kind]),
  );
  const group = (label: string, acts: FaultKind['acts_as']) => ({
    group: label,
    items: [...offered.values()]
      .filter(({ acts_as }) => acts_as === acts)
      .map(({ kind }) => ({ value: kind, label: toWords(kind) })),
  });
  const data = [
    group('Plaid answers or sends wrongly, while it is on', 'fault'),
    group('Happens at the bank, once', 'incident'),
  ].filter(({ items }) => items.length > 0);
  const search: OptionsFilter = ({ options, search: text }) => {
    const wanted = text.trim().toLowerCase();
    const fits = (value: string): boolean =>
      `${value} ${toWords(value)} ${offered.get(value)?.summary ?? ''}`.toLowerCase().includes(wanted);
    return options.flatMap<ComboboxParsedItem>((option) => {
      if (!('group' in option)) return fits(option.value) ? [option] : [];
      const items = option.items.filter(({ value }) => fits(value));
      return items.length === 0 ? [] : [{ ...option, items }];
    });
  };
  return (
    <DeedForm<Values>
      integrationId={integrationId}
      title={itemId === undefined ? 'Switch a fault on' : 'Inject a fault'}
      about={
        itemId === undefined
          ? 'For all Items of this integration. What Ardea makes of it is in the timeline of each Item.'
          : 'The bad days that Ardea is built for. What it makes of them is in the timeline below.'
      }
      verb={({ kind }) => (offered.get(kind)?.acts_as === 'incident' ? 'Trigger it' : 'Switch on')}
      initialValues={{ kind: '', times: '1', isForAll: false, params: {} }}
      validate={{ kind: (value) => (offered.has(value) ? null : 'Choose what goes wrong.') }}
      deedOf={(values) => {
        const kind = offered.get(values.kind);
        if (kind === undefined) throw new Error('The form was sent without a kind.');
        return deedOf(kind, values, itemId);
      }}
      onDone={onDone}
      onClose={onClose}
    >
      {(form) => {
        const kind = offered.get(form.values.kind);
        const input = (param: FaultKind['params'][number]) => (
          <ParamInput
            key={`${form.values.kind} ${param.name}`}
            param={param}
            text={form.values.params[param.name]}
            onChange={(text) => form.setValues({ params: { ...form.values.params, [param.name]: text } })}
          />
        );
        const optional = kind?.params.filter(({ required }) => !required) ?? [];
        return (
          <>
            <Select
              label="What goes wrong"
              name="kind"
              data={data}
              searchable
              openOnFocus={false}
              allowDeselect={false}
              filter={search}
              nothingFoundMessage="Nothing is called that"
              maxDropdownHeight={320}
              renderOption={({ option }) => (
                <span className={classes.option}>
                  <span>{option.label}</span>
                  <span>{offered.get(option.value)?.summary}</span>
                </span>
              )}
              {...form.getInputProps('kind')}
              description={kind === undefined ? 'Search by name or by what happens.' : sentence(kind.summary)}
              onChange={(value: string | null) => {
                const times = String(offered.get(value ?? '')?.default_times ?? FOR_EVER);
                form.setValues({ kind: value ?? '', times, params: {} });
              }}
            />
            {kind?.acts_as === 'fault' && (
              <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
                <Select
                  label="How often"
                  data={TIMES}
                  allowDeselect={false}
                  {...form.getInputProps('times')}
                />
                {itemId !== undefined && (
                  <Checkbox
                    label="For all Items of the integration"
                    style={{ alignSelf: 'end' }}
                    pb={8}
                    {...form.getInputProps('isForAll', { type: 'checkbox' })}
                  />
                )}
              </SimpleGrid>
            )}
            {kind?.params.filter(({ required }) => required).map(input)}
            {optional.length > 0 && (
              <div>
                <Button
                  variant="subtle"
                  size="compact-sm"
                  aria-expanded={areMoreShown}
                  aria-controls={more}
                  rightSection={<IconChevronDown size={14} aria-hidden="true" />}
                  onClick={() => setMoreShown(!areMoreShown)}
                >
                  {areMoreShown ? 'Fewer settings' : `More settings (${optional.length})`}
                </Button>
                <div id={more}>
                  <Collapse expanded={areMoreShown}>
                    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" pt="xs">
                      {optional.map(input)}
                    </SimpleGrid>
                  </Collapse>
                </div>
              </div>
            )}
          </>
        );
      }}
    </DeedForm>
  );
}
