import { Button, Group, Text } from '@mantine/core';
import { IconArrowsExchange, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { searchTransactionsQuery } from '../../api/transactions';
import { formatDay } from '../../parts/format';
import { Page } from '../../parts/page';
import { Card, Loaded, LoadingRows, Notice } from '../../parts/states';
import { CsvButton } from './csv-button';
import { filterOf, isFiltered, queryOf, whyNone } from './filter';
import { WithOpenRow } from './open-row';
import { SearchRefused } from './search-refused';
import { TransactionFilters, type ChangeSearch } from './transaction-filters';
import { TransactionsTable, type Sort } from './transactions-table';

export function TransactionsPage() {
  // Without the row that is open: the list is not drawn anew for it.
  const search = useSearch({
    from: '/inside/transactions',
    select: ({ row: _, ...list }) => list,
    structuralSharing: true,
  });
  const navigate = useNavigate({ from: '/transactions' });
  const filter = filterOf(search);
  const query = queryOf(search);
  // What was refused has been asked by the route just now.
  const found = useQuery({ ...searchTransactionsQuery(query), retryOnMount: false });
  // Another filter begins at its first page; a row that was opened while it was on its way stays open.
  const change = useCallback<ChangeSearch>(
    (changes) =>
      void navigate({
        search: (before) => ({ ...before, after: undefined, before: undefined, ...changes }),
        replace: true,
      }),
    [navigate],
  );
  const sortBy = useCallback((sort: Sort) => change({ sort: sort === '-date' ? undefined : sort }), [change]);
  const { data } = found;
  const turn = (to: { after?: string; before?: string }): void => {
    void navigate({
      search: (before) => ({ ...before, after: undefined, before: undefined, row: undefined, ...to }),
    });
    scrollTo({ top: 0 });
  };
  return (
    <WithOpenRow>
      <Page
        title="Transactions"
        description="Every row as it is now, with all that it was before."
        actions={<CsvButton filter={filter} />}
      >
        <TransactionFilters
          search={search}
          onChange={change}
          onClear={() => void navigate({ search: { sort: search.sort }, replace: true })}
        />
        <Card flush>
          {data === undefined && found.isError ? (
            <SearchRefused
              error={found.error}
              onRetry={() => void found.refetch()}
              onSortByDate={() => change({ sort: undefined })}
              onFirstPage={() => change({})}
            />
          ) : (
            <Loaded query={found} loading={<LoadingRows rows={14} />}>
              {({ transactions, complete, searched_to }) => (
                <>
                  {transactions.length > 0 ? (
                    <TransactionsTable
                      transactions={transactions}
                      listKey={found.isPlaceholderData ? 'before' : JSON.stringify(query)}
                      sort={search.sort ?? '-date'}
                      onSort={sortBy}
                    />
                  ) : (
                    complete && (
                      <Notice
                        icon={IconArrowsExchange}
                        title={isFiltered(search) ? 'No transactions match' : 'No transactions yet'}
                      >
                        {whyNone(search)}
                      </Notice>
                    )
                  )}
                  {!complete && (
                    <Text c="dimmed" ta="center" p="md" role="status">
                      Searched back to {searched_to === null ? 'here' : formatDay(searched_to)} so far. The
                      next page goes on.
                    </Text>
                  )}
                </>
              )}
            </Loaded>
          )}
        </Card>
        {data !== undefined && (data.next_cursor !== null || data.prev_cursor !== null) && (
          <Group justify="space-between" component="nav" aria-label="Pages">
            <Button
              variant="default"
              leftSection={<IconChevronLeft size={16} />}
              disabled={data.prev_cursor === null}
              onClick={() => turn({ before: data.prev_cursor ?? undefined })}
            >
              Previous
            </Button>
            <Button
              variant="default"
              rightSection={<IconChevronRight size={16} />}
              disabled={data.next_cursor === null}
              onClick={() => turn({ after: data.next_cursor ?? undefined })}
            >
              Next
            </Button>
          </Group>
        )}
      </Page>
    </WithOpenRow>
  );
}
