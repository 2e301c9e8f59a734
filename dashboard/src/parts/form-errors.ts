import type { UseFormReturnType } from '@mantine/form';
import { ApiError, isExpired, messageOf } from '../api/api-error';
import { NotConfirmedError } from '../api/not-confirmed';

/**
 * What a form says of a request that failed; null where there is nothing to say. For a session that has ended the log-in
 * asks, above the form; what was typed can be sent again afterwards.
 */
export const problemOf = (error: unknown): string | null =>
  error === null || error instanceof NotConfirmedError || isExpired(error) ? null : messageOf(error);

/** Puts the API's messages beside the fields they are about; what is about no field of the form is returned. */
export function showFieldErrors<T extends Record<string, unknown>>(
  // The form's own type is invariant in its values.
  form: Pick<UseFormReturnType<T>, 'setErrors' | 'getValues'>,
  error: unknown,
): string | null {
  if (!(error instanceof ApiError) || isExpired(error)) return problemOf(error);
  const known = Object.keys(form.getValues());
  const entries = Object.entries(error.fields);
  const own = entries.filter(([field]) => known.includes(field));
  form.setErrors(Object.fromEntries(own));
  if (own.length > 0) {
    const first = own[0]?.[0];
    // After the errors are there, so that a reader hears the message with the field.
    if (first !== undefined)
      setTimeout(() => document.querySelector<HTMLElement>(`[name="${first}"]`)?.focus());
  }
  const rest = entries.filter(([field]) => !known.includes(field)).map(([, message]) => message);
  return own.length === 0 ? error.message : rest.length > 0 ? rest.join(' ') : null;
}
