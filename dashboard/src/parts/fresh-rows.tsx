import { Button, VisuallyHidden } from '@mantine/core';
import { IconArrowUp } from '@tabler/icons-react';
import classes from './fresh-rows.module.css';

interface FreshRowsProps {
  /** Rows that wait. */
  fresh: number;
  /** Rows that have left the list and still stand there. */
  gone: number;
  onLoad: () => void;
  /** Where it covers least. */
  side?: 'center' | 'end';
}

/** "3 new, 1 changed": the reader decides when the list moves. */
export function FreshRows({ fresh, gone, onLoad, side = 'center' }: FreshRowsProps) {
  const news = [fresh > 0 && `${fresh} new`, gone > 0 && `${gone} changed`].filter(Boolean).join(', ');
  return (
    <>
      <VisuallyHidden role="status">{news === '' ? '' : `${news}, not shown yet`}</VisuallyHidden>
      {news !== '' && (
        <div className={classes.bar} data-side={side}>
          <Button size="compact-sm" radius="xl" leftSection={<IconArrowUp size={14} />} onClick={onLoad}>
            {news}
          </Button>
        </div>
      )}
    </>
  );
}
