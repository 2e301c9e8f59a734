import { notifications } from '@mantine/notifications';
import { isDown, isExpired, messageOf } from './api-error';
import { NotConfirmedError } from './not-confirmed';

/** Says what a button could not do, where the page or a dialog does not say it already. */
export function sayFailed(error: unknown): void {
  if (error instanceof NotConfirmedError || isExpired(error)) return;
  notifications.show({
    color: 'red',
    title: isDown(error) ? 'Ardea does not answer' : 'That did not work',
    message: isDown(error)
      ? 'Whether it went through is not known. Check before you try again.'
      : messageOf(error),
    autoClose: 10_000,
    withBorder: true,
  });
}

/** Says that a button has done what it promises, where the page does not show it at once. */
export function sayDone(message: string): void {
  notifications.show({ message, color: 'heron', autoClose: 4_000, withBorder: true });
}
