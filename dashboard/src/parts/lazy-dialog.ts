import { useState } from 'react';

interface LazyDialog {
  /** Whether it has to be rendered, open or not. */
  isThere: boolean;
  isOpen: boolean;
  open: () => void;
  close: () => void;
}

/** A dialog whose code is loaded when it is opened first; from then on it stays, so that it closes like every dialog. */
export function useLazyDialog(): LazyDialog {
  const [state, setState] = useState<'never' | 'open' | 'closed'>('never');
  return {
    isThere: state !== 'never',
    isOpen: state === 'open',
    open: () => setState('open'),
    close: () => setState('closed'),
  };
}
