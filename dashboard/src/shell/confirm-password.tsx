import { Modal, PasswordInput, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react';
import { ApiError, messageOf } from '../api/api-error';
import { answered, api } from '../api/client';
import { NotConfirmedError } from '../api/not-confirmed';
import { sessionQuery } from '../api/session';
import { Form, FormButtons } from '../parts/form';

type Confirmed = <T>(work: () => Promise<T>) => Promise<T>;

const ConfirmedContext = createContext<Confirmed | null>(null);

/** Does something sensitive, after the password has been asked for where the API wants it first. */
export function useConfirmed(): Confirmed {
  const confirmed = use(ConfirmedContext);
  if (confirmed === null) throw new Error('There is no ConfirmPassword above.');
  return confirmed;
}

interface Question {
  resolve: () => void;
  reject: (error: Error) => void;
}

export function ConfirmPassword({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [question, setQuestion] = useState<Question | null>(null);
  const [password, setPassword] = useState('');
  const confirmation = useMutation({
    mutationFn: () => answered(api.POST('/api/session/confirm', { body: { password } })),
    onSuccess: ({ session }) => {
      queries.setQueryData(sessionQuery.queryKey, session);
      question?.resolve();
      close();
    },
  });
  const close = (): void => {
    setQuestion(null);
    setPassword('');
    confirmation.reset();
  };
  const ask = useCallback(
    () => new Promise<void>((resolve, reject) => setQuestion({ resolve, reject })),
    [setQuestion],
  );
  const confirmed = useMemo<Confirmed>(
    () => async (work) => {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'session.unconfirmed') throw error;
        await ask();
        return work();
      }
    },
    [ask],
  );
  const giveUp = (): void => {
    question?.reject(new NotConfirmedError('Nothing was changed.'));
    close();
  };
  return (
    <ConfirmedContext value={confirmed}>
      {children}
      <Modal opened={question !== null} onClose={giveUp} title="Confirm with your password" zIndex={400}>
        <Form
          problem={null}
          onSubmit={(event) => {
            event.preventDefault();
            confirmation.mutate();
          }}
        >
          <Text c="dimmed">
            This shows or changes a secret, or erases data, so it takes your password again.
          </Text>
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            data-autofocus
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={confirmation.isError ? messageOf(confirmation.error) : undefined}
          />
          <FormButtons
            verb="Confirm"
            isBusy={confirmation.isPending}
            isDisabled={password === ''}
            onCancel={giveUp}
          />
        </Form>
      </Modal>
    </ConfirmedContext>
  );
}
