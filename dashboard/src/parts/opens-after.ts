import { useEffect, useState } from 'react';

/** `isOpen`, but not at the first rendering: dialogs and menus remember where the focus was when they go from closed to open. */
export function useOpensAfter(isOpen: boolean): boolean {
  const [isThere, setThere] = useState(false);
  useEffect(() => {
    const frame = requestAnimationFrame(() => setThere(true));
    return () => cancelAnimationFrame(frame);
  }, []);
  return isOpen && isThere;
}
