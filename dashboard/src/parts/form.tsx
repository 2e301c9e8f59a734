import { Button, Group, Stack } from '@mantine/core';
import type { ReactNode, SubmitEventHandler } from 'react';
import { Message } from './message';

interface FormProps {
  onSubmit: SubmitEventHandler<HTMLFormElement>;
  /** What went wrong as a whole; what is about a field stands beside it. */
  problem: string | null;
  children: ReactNode;
  /** Of a form that stands in a page of its own. */
  maw?: number;
}

/** The frame of every form; its messages are ours, so the browser's own check is off. */
export function Form({ onSubmit, problem, children, maw }: FormProps) {
  return (
    <form noValidate onSubmit={onSubmit}>
      <Stack maw={maw}>
        {problem !== null && (
          <Message tone="bad" isAlert>
            {problem}
          </Message>
        )}
        {children}
      </Stack>
    </form>
  );
}

interface FormButtonsProps {
  /** What the form does. */
  verb: string;
  isBusy: boolean;
  isDisabled?: boolean;
  isDangerous?: boolean;
  onCancel: () => void;
}

/** Below the fields of a dialog's form. */
export function FormButtons({
  verb,
  isBusy,
  isDisabled = false,
  isDangerous = false,
  onCancel,
}: FormButtonsProps) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onCancel}>
        Cancel
      </Button>
      <Button type="submit" color={isDangerous ? 'red' : undefined} loading={isBusy} disabled={isDisabled}>
        {verb}
      </Button>
    </Group>
  );
}
