import type { ComponentProps } from 'react';

type SteadyButtonProps = ComponentProps<'button'> & { 'data-loading'?: boolean };

/**
 * What every button is. One that is at work ignores presses and stays as it is: a browser takes the focus from a disabled one,
 * and who uses a keyboard would begin again at the top of the page.
 */
export function SteadyButton({ type = 'button', disabled, onClick, ...others }: SteadyButtonProps) {
  const isAtWork = Boolean(others['data-loading']);
  return (
    <button
      {...others}
      type={type}
      disabled={disabled && !isAtWork}
      aria-disabled={isAtWork || others['aria-disabled']}
      // Enter in a field of a form is a press of its button, too.
      onClick={isAtWork ? (event) => event.preventDefault() : onClick}
    />
  );
}
