import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { sayFailed } from '../../api/failed';
import { fetchCsv, type SearchFilter } from '../../api/transactions';
import { formatCount } from '../../parts/format';
import { saveFile } from '../../parts/save-file';

/** The API ends a file here. */
const MOST_ROWS = 100_000;

/** Fetched by the page, not by a link: a refusal or an ended session is then said here, and not saved as a file. */
export function CsvButton({ filter }: { filter: SearchFilter }) {
  const download = useMutation({
    mutationFn: () => fetchCsv(filter),
    onSuccess: ({ file, endsAfter }) => {
      saveFile('transactions.csv', file);
      if (endsAfter !== undefined)
        notifications.show({
          color: 'yellow',
          title: 'The file does not hold all rows',
          message: `It ends after the first ${formatCount(endsAfter)}. Narrow the filters for the others.`,
          autoClose: false,
          withBorder: true,
        });
    },
    onError: sayFailed,
  });
  return (
    <Button
      variant="default"
      title={`Saves what is filtered, at most ${formatCount(MOST_ROWS)} rows`}
      leftSection={<IconDownload size={16} />}
      loading={download.isPending}
      onClick={() => download.mutate()}
    >
      CSV
    </Button>
  );
}
