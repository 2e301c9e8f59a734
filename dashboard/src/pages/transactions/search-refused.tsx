import { Button } from '@mantine/core';
import { IconArrowsSort, IconFileOff } from '@tabler/icons-react';
import { ApiError } from '../../api/api-error';
import { Failure, Notice } from '../../parts/states';

interface SearchRefusedProps {
  error: unknown;
  onRetry: () => void;
  onSortByDate: () => void;
  onFirstPage: () => void;
}

/** Why there are no rows, with the step that leads to some. */
export function SearchRefused({ error, onRetry, onSortByDate, onFirstPage }: SearchRefusedProps) {
  if (error instanceof ApiError && error.code === 'transaction.too_many_to_sort')
    return (
      <Notice
        icon={IconArrowsSort}
        title="Too many rows to sort by amount"
        isAlert
        actions={
          <Button variant="default" onClick={onSortByDate}>
            Sort by date
          </Button>
        }
      >
        Or narrow them to 30,000: by an end user, an account, an Item or a range of dates.
      </Notice>
    );
  const isWrongPlace = error instanceof ApiError && ('after' in error.fields || 'before' in error.fields);
  if (isWrongPlace)
    return (
      <Notice
        icon={IconFileOff}
        title="There is no such page"
        isAlert
        actions={
          <Button variant="default" onClick={onFirstPage}>
            Go to the first page
          </Button>
        }
      >
        The address names a place that is not in this list, or not in this order.
      </Notice>
    );
  return <Failure error={error} onRetry={onRetry} />;
}
