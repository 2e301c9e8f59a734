import { Modal, PasswordInput, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../api/api-error';
import { answered, api } from '../api/client';
import { sessionQuery } from '../api/session';
import { Form, FormButtons } from '../parts/form';
import { useOpensAfter } from '../parts/opens-after';
import { useOwnEscape } from '../parts/own-escape';

interface ConfirmDialogProps {
  isOpen: boolean;
  onConfirmed: () => void;
  onGiveUp: () => void;
}

export function ConfirmDialog({ isOpen, onConfirmed, onGiveUp }: ConfirmDialogProps) {
  const queries = useQueryClient();
  const [password, setPassword] = useState('');
  const confirmation = useMutation({
    mutationFn: () => answered(api.POST('/api/session/confirm', { body: { password } })),
    onSuccess: ({ session }) => {
      queries.setQueryData(sessionQuery.queryKey, session);
      onConfirmed();
      forget();
    },
  });
  const { error } = confirmation;
  const problem = error instanceof ApiError ? (error.fields['password'] ?? error.message) : error?.message;
  const forget = (): void => {
    setPassword('');
    confirmation.reset();
  };
  const giveUp = (): void => {
    onGiveUp();
    forget();
  };
  useOwnEscape(isOpen, giveUp);
  return (
    <Modal
      opened={useOpensAfter(isOpen)}
      onClose={giveUp}
      closeOnEscape={false}
      title="Confirm with your password"
      zIndex={400}
    >
      <Form
        problem={null}
        onSubmit={(event) => {
          event.preventDefault();
          confirmation.mutate();
        }}
      >
        <Text c="dimmed">Secrets, people’s access and erasing data take your password again.</Text>
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          data-autofocus
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={problem}
        />
        <FormButtons
          verb="Confirm"
          isBusy={confirmation.isPending}
          isDisabled={password === ''}
          onCancel={giveUp}
        />
      </Form>
    </Modal>
  );
}
