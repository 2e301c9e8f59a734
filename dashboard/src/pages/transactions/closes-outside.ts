import type { MouseEvent } from 'react';

/** Beside what is open. The second press of a double one is no wish to close what the first has opened just now. */
export const closesOutside =
  (onClose: () => void) =>
  ({ detail }: MouseEvent): void => {
    if (detail < 2) onClose();
  };
