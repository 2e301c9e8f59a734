import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useForm, type UseFormInput, type UseFormReturnType } from '@mantine/form';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Deed, SimulatorResult } from '../../api/simulator';
import { showFieldErrors } from '../../parts/form-errors';
import { Message } from '../../parts/message';
import { isSecondPress } from '../../parts/second-press';
import { useSimulate } from './use-simulate';

interface DeedFormProps<Values extends Record<string, unknown>> {
  integrationId: string;
  title: string;
  /** What will be seen, and where. */
  about: ReactNode;
  verb: string | ((values: Values) => string);
  isDanger?: boolean;
  initialValues: Values;
  validate?: UseFormInput<Values>['validate'];
  deedOf: (values: Values) => Deed;
  onDone: (result: SimulatorResult) => void;
  /** Absent: it stands open. */
  onClose?: () => void;
  children?: (form: UseFormReturnType<Values>) => ReactNode;
}

/** Asks for what the simulator needs to know, and says beside it what it refuses. */
export function DeedForm<Values extends Record<string, unknown>>(props: DeedFormProps<Values>) {
  const { title, about, verb, isDanger = false, deedOf, onDone, onClose, children } = props;
  const [problem, setProblem] = useState<string | null>(null);
  const box = useRef<HTMLFormElement>(null);
  const form = useForm<Values>({ initialValues: props.initialValues, validate: props.validate });
  const act = useSimulate(props.integrationId);
  const isOpened = onClose !== undefined;
  useEffect(() => {
    if (isOpened) box.current?.querySelector<HTMLElement>('input, button')?.focus();
  }, [isOpened]);
  return (
    <form
      ref={box}
      noValidate
      aria-label={title}
      onSubmit={form.onSubmit((values) => {
        setProblem(null);
        act.mutate(deedOf(values), {
          onSuccess: onDone,
          onError: (error) => setProblem(showFieldErrors(form, error)),
        });
      })}
    >
      <Stack gap="sm">
        <div>
          <Title order={3}>{title}</Title>
          <Text size="sm" c="dimmed">
            {about}
          </Text>
        </div>
        {children?.(form)}
        {problem !== null && (
          <Message tone="bad" isAlert>
            {problem}
          </Message>
        )}
        <Group gap="xs">
          <Button
            type="submit"
            loading={act.isPending}
            color={isDanger ? 'red' : undefined}
            onClick={(event) => {
              if (isSecondPress(event)) event.preventDefault();
            }}
          >
            {typeof verb === 'string' ? verb : verb(form.values)}
          </Button>
          {isOpened && (
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
