import { Grid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { dataSourcesQuery } from '../../api/end-users';
import { DayFilter } from '../../parts/day-filter';
import { EndUserSelect } from '../../parts/end-user-select';
import { Filters } from '../../parts/filters';
import { LazySelect } from '../../parts/lazy-select';
import { MoreFilters } from '../../parts/more-filters';
import { SearchField } from '../../parts/search-field';
import { isAmount } from '../../parts/search-params';
import { TextFilter } from '../../parts/text-filter';
import { REMOVED, SORTS, type TransactionsSearch } from '../../search';
import { isFiltered } from './filter';

export type ChangeSearch = (changes: TransactionsSearch) => void;

interface TransactionFiltersProps {
  search: TransactionsSearch;
  onChange: ChangeSearch;
  onClear: () => void;
}

const checkAmount = (text: string): string | undefined =>
  isAmount(text) ? undefined : 'A number like -12.50';

/** The accounts of the end user that is chosen; without one they would be everybody's. */
function AccountSelect({ search, onChange }: Omit<TransactionFiltersProps, 'onClear'>) {
  const { data: sources } = useQuery({
    ...dataSourcesQuery(search.end_user ?? ''),
    enabled: search.end_user !== undefined,
  });
  if (search.end_user === undefined)
    return (
      <TextFilter label="Account ID" value={search.account} onDone={(account) => onChange({ account })} />
    );
  const accounts = sources?.flatMap((source) => source.data_source_accounts) ?? [];
  // Links name it by Plaid's id, too.
  const chosen = accounts.find(
    ({ heron_id, account_id }) => heron_id === search.account || account_id === search.account,
  );
  return (
    <LazySelect
      label="Account"
      placeholder="All accounts"
      clearable
      comboboxProps={{ withinPortal: false }}
      data={[
        ...(search.account === undefined || chosen !== undefined
          ? []
          : [{ value: search.account, label: search.account }]),
        ...accounts.map(({ heron_id, name, number }) => ({
          value: heron_id,
          label: `${name ?? 'Account'}${number === null ? '' : ` ··${number}`}`,
        })),
      ]}
      value={chosen?.heron_id ?? search.account ?? null}
      onChange={(account) => onChange({ account: account ?? undefined })}
    />
  );
}

const SORT_LABELS: Readonly<Record<(typeof SORTS)[number], string>> = {
  '-date': 'Latest first',
  date: 'Oldest first',
  '-amount': 'Largest amount first',
  amount: 'Smallest amount first',
};

const REMOVED_LABELS: Readonly<Record<(typeof REMOVED)[number], string>> = {
  exclude: 'Hide removed',
  include: 'Include removed',
  only: 'Only removed',
};

/** How many of the filters that the panel holds are set. */
const countOf = (search: TransactionsSearch): number =>
  [search.account, search.item, search.min, search.max, search.category, search.removed].filter(
    (value) => value !== undefined,
  ).length;

/** Within the field: the row of filters has no room for labels above them. */
function DayLabel({ children }: { children: string }) {
  return (
    <Text size="xs" c="dimmed" aria-hidden="true">
      {children}
    </Text>
  );
}

export function TransactionFilters({ search, onChange, onClear }: TransactionFiltersProps) {
  return (
    <Filters onClear={isFiltered(search) ? onClear : undefined}>
      <SearchField
        label="Search description or merchant"
        value={search.text}
        onSearch={(text) => onChange({ text })}
        style={{ flex: '2 1 220px' }}
      />
      <EndUserSelect
        value={search.end_user}
        onChange={(end_user) => onChange({ end_user, account: undefined })}
        style={{ flex: '1 1 180px' }}
      />
      <DayFilter
        aria-label="From"
        leftSection={<DayLabel>From</DayLabel>}
        leftSectionWidth={50}
        style={{ flex: '1 1 165px' }}
        value={search.from}
        max={search.to}
        onDay={(from) => onChange({ from })}
      />
      <DayFilter
        aria-label="To"
        leftSection={<DayLabel>To</DayLabel>}
        leftSectionWidth={34}
        style={{ flex: '1 1 150px' }}
        value={search.to}
        min={search.from}
        onDay={(to) => onChange({ to })}
      />
      <LazySelect
        aria-label="Pending or posted"
        placeholder="Pending and posted"
        clearable
        style={{ flex: '0 1 180px' }}
        data={[
          { value: 'true', label: 'Pending' },
          { value: 'false', label: 'Posted' },
        ]}
        value={search.pending === undefined ? null : String(search.pending)}
        onChange={(value) => onChange({ pending: value === null ? undefined : value === 'true' })}
      />
      <MoreFilters count={countOf(search)}>
        <Grid.Col span={12}>
          <LazySelect
            label="Order"
            allowDeselect={false}
            comboboxProps={{ withinPortal: false }}
            data={SORTS.map((value) => ({ value, label: SORT_LABELS[value] }))}
            value={search.sort ?? '-date'}
            onChange={(value) => onChange({ sort: value === '-date' || value === null ? undefined : value })}
          />
        </Grid.Col>
        <Grid.Col span={6}>
          <TextFilter
            label="Amount from"
            inputMode="decimal"
            check={checkAmount}
            value={search.min}
            onDone={(min) => onChange({ min })}
          />
        </Grid.Col>
        <Grid.Col span={6}>
          <TextFilter
            label="Amount to"
            inputMode="decimal"
            check={checkAmount}
            value={search.max}
            onDone={(max) => onChange({ max })}
          />
        </Grid.Col>
        <Grid.Col span={12}>
          <AccountSelect search={search} onChange={onChange} />
        </Grid.Col>
        <Grid.Col span={12}>
          <TextFilter label="Item ID" value={search.item} onDone={(item) => onChange({ item })} />
        </Grid.Col>
        <Grid.Col span={12}>
          <TextFilter
            label="Category"
            description="Plaid’s primary or detailed category."
            placeholder="FOOD_AND_DRINK"
            value={search.category}
            onDone={(category) => onChange({ category })}
          />
        </Grid.Col>
        <Grid.Col span={12}>
          <LazySelect
            label="Removed by the bank"
            allowDeselect={false}
            comboboxProps={{ withinPortal: false }}
            data={REMOVED.map((value) => ({ value, label: REMOVED_LABELS[value] }))}
            value={search.removed ?? 'exclude'}
            onChange={(value) =>
              onChange({ removed: value === 'exclude' || value === null ? undefined : value })
            }
          />
        </Grid.Col>
      </MoreFilters>
    </Filters>
  );
}
