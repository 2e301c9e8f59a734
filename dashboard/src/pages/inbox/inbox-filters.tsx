import { Grid } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { FORWARD_STATES, VERDICTS, WEBHOOK_STATES } from '../../api/inbox';
import { integrationsQuery } from '../../api/integrations';
import { DayFilter } from '../../parts/day-filter';
import { Filters } from '../../parts/filters';
import { toWords } from '../../parts/format';
import { LazySelect } from '../../parts/lazy-select';
import { MoreFilters } from '../../parts/more-filters';
import { SearchField } from '../../parts/search-field';
import { TextFilter } from '../../parts/text-filter';
import type { InboxSearch } from '../../search';

interface InboxFiltersProps {
  search: InboxSearch;
  onChange: (changes: InboxSearch) => void;
  /** Absent: nothing is filtered. */
  onClear: (() => void) | undefined;
}

const inWords = (values: readonly string[]) => values.map((value) => ({ value, label: toWords(value) }));

const FORWARDS = FORWARD_STATES.map((value) => ({
  value,
  label: value === 'none' ? 'No forward URL' : toWords(value),
}));

const CAME = [
  { value: 'true', label: 'More than once' },
  { value: 'false', label: 'Once' },
];

/** Within a popover a list of its own would close it. */
const INSIDE = { withinPortal: false } as const;

export function InboxFilters({ search, onChange, onClear }: InboxFiltersProps) {
  const { data: integrations = [] } = useQuery(integrationsQuery);
  const { item, code, integration, forward, redelivered, from, to } = search;
  const inPanel = [item, code, integration, forward, redelivered, from, to];
  return (
    <Filters onClear={onClear}>
      <SearchField
        label="Search Item, code, reason or body"
        value={search.q}
        onSearch={(q) => onChange({ q })}
        style={{ flex: '1 1 260px' }}
      />
      <LazySelect
        aria-label="Verdict"
        placeholder="Any verdict"
        clearable
        w={150}
        data={inWords(VERDICTS)}
        value={search.verdict ?? null}
        onChange={(verdict) => onChange({ verdict: VERDICTS.find((each) => each === verdict) })}
      />
      <LazySelect
        aria-label="State"
        placeholder="Any state"
        clearable
        w={150}
        data={inWords(WEBHOOK_STATES)}
        value={search.state ?? null}
        onChange={(state) => onChange({ state: WEBHOOK_STATES.find((each) => each === state) })}
      />
      <MoreFilters count={inPanel.filter((value) => value !== undefined).length}>
        {/* A date with its button has no room in half of a narrow screen. */}
        <Grid.Col span={{ base: 12, xs: 6 }}>
          <DayFilter label="Received from" value={from} max={to} onDay={(next) => onChange({ from: next })} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, xs: 6 }}>
          <DayFilter label="Received to" value={to} min={from} onDay={(next) => onChange({ to: next })} />
        </Grid.Col>
        <Grid.Col span={12}>
          <TextFilter label="Item ID" value={item} onDone={(next) => onChange({ item: next })} />
        </Grid.Col>
        <Grid.Col span={12}>
          <TextFilter
            label="Webhook code"
            placeholder="SYNC_UPDATES_AVAILABLE"
            value={code}
            onDone={(next) => onChange({ code: next })}
          />
        </Grid.Col>
        <Grid.Col span={6}>
          <LazySelect
            label="It came"
            placeholder="Any"
            clearable
            comboboxProps={INSIDE}
            data={CAME}
            value={redelivered === undefined ? null : String(redelivered)}
            onChange={(value) => onChange({ redelivered: value === null ? undefined : value === 'true' })}
          />
        </Grid.Col>
        <Grid.Col span={6}>
          <LazySelect
            label="Forward"
            placeholder="Any"
            clearable
            comboboxProps={INSIDE}
            data={FORWARDS}
            value={forward ?? null}
            onChange={(value) => onChange({ forward: FORWARD_STATES.find((each) => each === value) })}
          />
        </Grid.Col>
        {(integration !== undefined || integrations.length > 1) && (
          <Grid.Col span={12}>
            <LazySelect
              label="Integration"
              placeholder="All integrations"
              clearable
              comboboxProps={INSIDE}
              data={[
                ...(integration === undefined || integrations.some(({ heron_id }) => heron_id === integration)
                  ? []
                  : [{ value: integration, label: integration }]),
                ...integrations.map(({ heron_id, name }) => ({ value: heron_id, label: name })),
              ]}
              value={integration ?? null}
              onChange={(value) => onChange({ integration: value ?? undefined })}
            />
          </Grid.Col>
        )}
      </MoreFilters>
    </Filters>
  );
}
