import { Button, Group, Text } from '@mantine/core';
import { IconCloudOff, IconSparkles } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useConnection } from '../api/connection';
import { helloQuery } from '../api/hello';
import { useStaleBundle } from '../api/version';
import classes from './banners.module.css';

const AGAIN_MS = 3_000;

/** What concerns every page: nobody answers, or there is a newer dashboard. */
export function Banners() {
  const queries = useQueryClient();
  const isDown = useConnection() === 'down';
  const isStale = useStaleBundle();
  const wasDown = useRef(false);
  useQuery({
    ...helloQuery,
    enabled: isDown,
    refetchInterval: AGAIN_MS,
    refetchIntervalInBackground: false,
  });
  useEffect(() => {
    // Any answer tells that it is back: what could not be read in between is read now.
    if (wasDown.current && !isDown)
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== helloQuery.queryKey[0] });
    wasDown.current = isDown;
  }, [isDown, queries]);
  return (
    <div role="status" className={classes.banners}>
      {isDown && (
        <Group className={classes.banner} data-tone="bad" gap="xs">
          <IconCloudOff size={16} aria-hidden="true" />
          <Text inherit>Ardea cannot be reached. What you see may be out of date. Trying again…</Text>
        </Group>
      )}
      {isStale && (
        <Group className={classes.banner} data-tone="busy" gap="xs">
          <IconSparkles size={16} aria-hidden="true" />
          <Text inherit>A new version of the dashboard is available.</Text>
          <Button size="compact-xs" variant="white" onClick={() => location.reload()}>
            Reload
          </Button>
        </Group>
      )}
    </div>
  );
}
