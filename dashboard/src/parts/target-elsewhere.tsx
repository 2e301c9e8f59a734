import { useLayoutEffect, type RefCallback } from 'react';

interface TargetElsewhereProps {
  element: HTMLElement;
  /** Given by the menu or popover that it stands in. */
  ref?: RefCallback<HTMLElement>;
}

/** The target of a menu or popover that came after its button: the button stays the same, and so does the focus on it. */
export function TargetElsewhere({ element, ref }: TargetElsewhereProps) {
  useLayoutEffect(() => {
    const undo = ref?.(element);
    return () => {
      if (typeof undo === 'function') undo();
      else ref?.(null);
    };
  }, [element, ref]);
  return null;
}
