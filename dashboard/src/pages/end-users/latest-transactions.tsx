import { Center } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { EndUser } from '../../api/end-users';
import { searchTransactionsQuery, type Transaction } from '../../api/transactions';
import { DataTable, type Columns } from '../../parts/data-table';
import rowClasses from '../../parts/data-table.module.css';
import { Money } from '../../parts/money';
import { Card, Loaded, Notice } from '../../parts/states';
import { Tag } from '../../parts/status';
import { Day } from '../../parts/time';

const SHOWN = 10;

const columnsOf = (end_user: string): Columns<Transaction> => [
  { id: 'date', header: 'Date', width: 120, cell: ({ date }) => <Day date={date} /> },
  {
    id: 'description',
    header: 'Description',
    cell: ({ heron_id, description, pending }) => (
      <>
        <Link to="/transactions" search={{ end_user, row: heron_id }} className={rowClasses.rowLink}>
          {description ?? 'No description'}
        </Link>{' '}
        {pending === true && <Tag tone="busy">pending</Tag>}
      </>
    ),
  },
  {
    id: 'amount',
    header: 'Amount',
    isNumeric: true,
    isLead: true,
    width: 150,
    cell: ({ amount, currency }) => <Money amount={amount} currency={currency} />,
  },
];

/** The beginning of what the page of all transactions shows for an end user. */
export function LatestTransactions({ endUser }: { endUser: EndUser }) {
  const latest = useQuery(searchTransactionsQuery({ end_user_id: endUser.heron_id, limit: SHOWN }));
  return (
    <Card title="Latest transactions" flush>
      <Loaded query={latest}>
        {({ transactions }) =>
          transactions.length === 0 ? (
            <Notice icon={IconArrowsExchange} title="No transactions">
              {endUser.erased_at === null
                ? 'They come with the first sync of a connection.'
                : 'They were erased with the data of this end user.'}
            </Notice>
          ) : (
            <>
              <DataTable
                caption="Latest transactions"
                columns={columnsOf(endUser.end_user_id)}
                rows={transactions}
                rowId={({ heron_id }) => heron_id}
                isDense
              />
              <Center p="sm">
                <Link to="/transactions" search={{ end_user: endUser.end_user_id }}>
                  All transactions
                </Link>
              </Center>
            </>
          )
        }
      </Loaded>
    </Card>
  );
}
