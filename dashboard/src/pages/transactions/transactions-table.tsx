import { UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { memo } from 'react';
import type { Transaction } from '../../api/transactions';
import { DataTable, type Columns } from '../../parts/data-table';
import rowClasses from '../../parts/data-table.module.css';
import { toWords } from '../../parts/format';
import { FreshRows } from '../../parts/fresh-rows';
import { Money } from '../../parts/money';
import { Tag } from '../../parts/status';
import { useSteadyRows } from '../../parts/steady-rows';
import { Day } from '../../parts/time';
import type { SORTS } from '../../search';
import classes from './transactions-table.module.css';
import { useRowLinks, type RowLink } from './row-links';

export type Sort = (typeof SORTS)[number];

const categoryOf = ({ personal_finance_category: category }: Transaction): string =>
  category !== null && 'primary' in category && typeof category.primary === 'string'
    ? toWords(category.primary)
    : '–';

function SortHeader({
  label,
  by,
  sort,
  onSort,
}: {
  label: string;
  by: 'date' | 'amount';
  sort: Sort;
  onSort: (sort: Sort) => void;
}) {
  const isBy = sort.endsWith(by);
  const isDescending = sort === `-${by}`;
  return (
    <UnstyledButton className={classes.sort} onClick={() => onSort(isDescending ? by : `-${by}`)}>
      {label}
      {isBy &&
        (isDescending ? <IconArrowDown size={13} aria-hidden /> : <IconArrowUp size={13} aria-hidden />)}
    </UnstyledButton>
  );
}

const sortedBy = (sort: Sort, by: string): 'ascending' | 'descending' | 'none' =>
  sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : 'none';

function columnsOf(
  sort: Sort,
  onSort: (sort: Sort) => void,
  linkOf: (id: string) => RowLink,
): Columns<Transaction> {
  return [
    {
      id: 'description',
      header: 'Description',
      cell: (row) => (
        <div>
          <a {...linkOf(row.heron_id)} className={rowClasses.rowLink}>
            {row.description ?? 'No description'}
          </a>{' '}
          {row.pending === true && <Tag tone="busy">pending</Tag>}{' '}
          {row.removed_at !== null && <Tag tone="bad">removed</Tag>}
          {row.merchant_name !== null && row.merchant_name !== row.description && (
            <div className={classes.merchant}>{row.merchant_name}</div>
          )}
        </div>
      ),
    },
    {
      id: 'date',
      header: 'Date',
      width: 120,
      sorted: sortedBy(sort, 'date'),
      renderHeader: () => <SortHeader label="Date" by="date" sort={sort} onSort={onSort} />,
      cell: ({ date }) => <Day date={date} />,
    },
    { id: 'category', header: 'Category', cell: categoryOf },
    {
      id: 'end_user',
      header: 'End user',
      cell: ({ end_user_id, end_user_name }) => (
        <span title={end_user_id}>{end_user_name ?? end_user_id}</span>
      ),
    },
    {
      id: 'account',
      header: 'Account',
      cell: ({ account_number }) => (account_number === null ? '–' : `··${account_number}`),
    },
    {
      id: 'amount',
      header: 'Amount',
      isNumeric: true,
      isLead: true,
      width: 150,
      sorted: sortedBy(sort, 'amount'),
      renderHeader: () => <SortHeader label="Amount" by="amount" sort={sort} onSort={onSort} />,
      cell: ({ amount, currency, removed_at }) => (
        <Money amount={amount} currency={currency} isRemoved={removed_at !== null} />
      ),
    },
  ];
}

const idOf = ({ heron_id }: Transaction): string => heron_id;

interface TransactionsTableProps {
  transactions: readonly Transaction[];
  listKey: string;
  sort: Sort;
  onSort: (sort: Sort) => void;
}

/** Drawn anew for other rows only: what is opened beside them changes nothing about them. */
export const TransactionsTable = memo(function TransactionsTable({
  transactions,
  listKey,
  sort,
  onSort,
}: TransactionsTableProps) {
  const { rows, fresh, gone, markOf, load } = useSteadyRows(transactions, idOf, listKey);
  const linkOf = useRowLinks();
  return (
    <>
      <FreshRows fresh={fresh} gone={gone} onLoad={load} />
      <DataTable
        caption="Transactions"
        columns={columnsOf(sort, onSort, linkOf)}
        rows={rows}
        rowId={idOf}
        markOf={markOf}
        isDense
        isDimmed={({ removed_at }) => removed_at !== null}
      />
    </>
  );
});
