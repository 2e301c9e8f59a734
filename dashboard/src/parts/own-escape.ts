import { useEffect, useEffectEvent } from 'react';

const owners: (() => void)[] = [];

// Every open dialog listens for Escape at the window, the lowest first, and would close with the one above it. Whoever listens
// before all of them can keep the key from them: hence here, and not when the dialog opens.
addEventListener(
  'keydown',
  (event) => {
    const owner = owners.at(-1);
    if (owner === undefined || event.key !== 'Escape' || event.isComposing) return;
    event.stopImmediatePropagation();
    owner();
  },
  { capture: true },
);

/** Escape is for this dialog alone while it is open: those below it stay as they are. */
export function useOwnEscape(isOpen: boolean, onEscape: () => void): void {
  const escape = useEffectEvent(onEscape);
  useEffect(() => {
    if (!isOpen) return;
    const owner = (): void => escape();
    owners.push(owner);
    return () => {
      owners.splice(owners.indexOf(owner), 1);
    };
  }, [isOpen]);
}
