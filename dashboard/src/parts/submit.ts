import type { UseFormReturnType } from '@mantine/form';
import { useMutation, type UseMutationOptions } from '@tanstack/react-query';
import { useState, type SubmitEventHandler } from 'react';
import { showFieldErrors } from './form-errors';

interface Submit {
  /** For `<Form>`. */
  frame: { problem: string | null; onSubmit: SubmitEventHandler<HTMLFormElement> };
  isBusy: boolean;
}

/** A form that is sent by a mutation; what it is refused for stands beside the field that it is about, or above them all. */
export function useSubmit<Values extends Record<string, unknown>, Answer>(
  form: UseFormReturnType<Values>,
  options: Pick<UseMutationOptions<Answer, Error, Values>, 'mutationFn' | 'onSuccess' | 'meta'>,
): Submit {
  const [problem, setProblem] = useState<string | null>(null);
  const sending = useMutation({
    ...options,
    onError: (error) => setProblem(showFieldErrors(form, error)),
  });
  const onSubmit = form.onSubmit((values) => {
    setProblem(null);
    sending.mutate(values);
  });
  return { frame: { problem, onSubmit }, isBusy: sending.isPending };
}
