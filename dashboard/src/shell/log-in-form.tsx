import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { ApiError, isDown, messageOf } from '../api/api-error';
import { useLogIn } from '../api/session';
import { Form } from '../parts/form';

const sayWhy = (error: unknown): string => {
  if (isDown(error)) return 'Ardea does not answer. Try again in a moment.';
  if (error instanceof ApiError && error.status === 429)
    return `Too many attempts. Try again in ${error.retryAfter ?? 60} s.`;
  if (error instanceof ApiError && error.code === 'session.wrong_credentials')
    return 'E-mail address or password is wrong.';
  return messageOf(error);
};

interface LogInFormProps {
  /** Whose session has ended; undefined: anybody's. */
  email?: string;
  /** Who it probably is. */
  suggested?: string;
  onDone?: () => void;
}

/** Without the form library: it is on the first page that anybody loads. */
export function LogInForm({ email: known, suggested, onDone }: LogInFormProps) {
  const logIn = useLogIn();
  const [email, setEmail] = useState(known ?? suggested ?? '');
  const [password, setPassword] = useState('');
  const [isChecked, setChecked] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (email.trim() !== '' && password !== '')
      logIn.mutate({ email: email.trim(), password }, { onSuccess: () => onDone?.() });
  };
  return (
    <Form problem={logIn.isError ? sayWhy(logIn.error) : null} onSubmit={submit}>
      <TextInput
        label="E-mail"
        type="email"
        name="email"
        autoComplete="username"
        size="md"
        readOnly={known !== undefined}
        value={email}
        onChange={({ currentTarget }) => setEmail(currentTarget.value)}
        error={isChecked && email.trim() === '' ? 'Enter your e-mail address.' : undefined}
      />
      <PasswordInput
        label="Password"
        name="password"
        autoComplete="current-password"
        size="md"
        data-autofocus={known === undefined ? undefined : true}
        visibilityToggleButtonProps={{ 'aria-label': 'Show or hide what is typed' }}
        value={password}
        onChange={({ currentTarget }) => setPassword(currentTarget.value)}
        error={isChecked && password === '' ? 'Enter your password.' : undefined}
      />
      <Button type="submit" size="md" loading={logIn.isPending} fullWidth>
        Log in
      </Button>
    </Form>
  );
}
