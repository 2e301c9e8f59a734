import type { MouseEvent } from 'react';
import { isSecondPress } from '../../parts/second-press';

/** At a press beside what is open, unless the first of a double one has opened it just now. */
export const closesOutside =
  (onClose: () => void) =>
  (event: MouseEvent): void => {
    if (!isSecondPress(event)) onClose();
  };
