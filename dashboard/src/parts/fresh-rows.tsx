import { Button, VisuallyHidden } from '@mantine/core';
import { IconArrowUp } from '@tabler/icons-react';
import classes from './fresh-rows.module.css';

/** "3 new": the reader decides when the list moves. */
export function FreshRows({ fresh, onLoad }: { fresh: number; onLoad: () => void }) {
  return (
    <>
      <VisuallyHidden role="status">{fresh > 0 ? `${fresh} new, not shown yet` : ''}</VisuallyHidden>
      {fresh > 0 && (
        <div className={classes.bar}>
          <Button size="compact-sm" radius="xl" leftSection={<IconArrowUp size={14} />} onClick={onLoad}>
            {fresh} new
          </Button>
        </div>
      )}
    </>
  );
}
