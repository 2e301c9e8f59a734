import { Button, Center, Group, Text } from '@mantine/core';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { isDown, messageOf } from '../api/api-error';

/** The next rows of a long list, when somebody asks for them. */
export function MoreRows({ query }: { query: UseInfiniteQueryResult }) {
  if (!query.hasNextPage) return null;
  return (
    <Center p="sm">
      <Group gap="sm" justify="center">
        {query.isFetchNextPageError && (
          <Text size="sm" c="dimmed" role="alert">
            There are more rows, which could not be read.{' '}
            {isDown(query.error) ? 'Ardea does not answer.' : messageOf(query.error)}
          </Text>
        )}
        <Button
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {query.isFetchNextPageError ? 'Try again' : 'Load more'}
        </Button>
      </Group>
    </Center>
  );
}
