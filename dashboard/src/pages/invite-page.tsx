import { Button, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ApiError, messageOf } from '../api/api-error';
import { answered, api } from '../api/client';
import { useLogIn } from '../api/session';
import { Form } from '../parts/form';
import { useSubmit } from '../parts/submit';
import { againRule, NewPassword, passwordRule } from '../parts/new-password';
import { ROLE_NAMES } from '../parts/roles';
import { Failure, LoadingRows } from '../parts/states';
import { FrontPage } from '../shell/front-page';

/** Behind the `#`, which browsers do not send. */
const tokenOf = (hash: string): string | null => new URLSearchParams(hash.replace(/^#/, '')).get('token');
/** Of this tab, so that it can be loaded anew: history and address keep no secret. */
const KEPT = 'ardea-one-time-link';

function PasswordForm({ token, isInvite }: { token: string; isInvite: boolean }) {
  const navigate = useNavigate();
  const logIn = useLogIn();
  const form = useForm({
    initialValues: { name: '', password: '', again: '' },
    validate: {
      password: passwordRule,
      again: (again, { password }) => againRule(again, password),
    },
  });
  const { frame, isBusy } = useSubmit(form, {
    meta: { isLogIn: true },
    mutationFn: async ({ name, password }: typeof form.values) => {
      const { email } = await answered(
        api.POST('/api/invites/accept', {
          body: { token, password, ...(isInvite && name.trim() !== '' ? { name: name.trim() } : {}) },
        }),
      );
      // The link has done its work: whatever becomes of the log-in, it is of no use any more.
      const isIn = await logIn.mutateAsync({ email, password }).then(
        () => true,
        () => false,
      );
      return { email, isIn };
    },
    onSuccess: ({ email, isIn }) => {
      sessionStorage.removeItem(KEPT);
      void navigate(
        isIn ? { to: '/', replace: true } : { to: '/login', state: { newUser: email }, replace: true },
      );
    },
  });
  return (
    <Form {...frame}>
      {isInvite && (
        <TextInput
          label="Your name"
          name="name"
          autoComplete="name"
          size="md"
          {...form.getInputProps('name')}
        />
      )}
      <NewPassword
        label="Password"
        name="password"
        size="md"
        password={form.getInputProps('password')}
        again={form.getInputProps('again')}
      />
      <Button type="submit" size="md" loading={isBusy} fullWidth>
        Set password and log in
      </Button>
    </Form>
  );
}

/** Whether this is what the API says of the link; else nothing is known about it. */
const isAnswer = (error: unknown): boolean =>
  error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;

/** Where a one-time link leads: an invite, or a new password. */
export function InvitePage() {
  const [token] = useState(() => tokenOf(location.hash) ?? sessionStorage.getItem(KEPT) ?? '');
  useEffect(() => {
    sessionStorage.setItem(KEPT, token);
    history.replaceState(history.state, '', location.pathname);
  }, [token]);
  const check = useQuery({
    queryKey: ['invite', token],
    queryFn: async ({ signal }) =>
      (await answered(api.POST('/api/invites/check', { body: { token }, signal }))).link,
    staleTime: Infinity,
  });
  if (check.isError && !isAnswer(check.error))
    return (
      <FrontPage title="One moment">
        <Failure error={check.error} onRetry={() => void check.refetch()} />
      </FrontPage>
    );
  if (check.isError)
    return (
      <FrontPage title="This link does not work">
        <Text>{messageOf(check.error)}</Text>
        <Button component="a" href="/login" variant="default">
          Go to the log-in
        </Button>
      </FrontPage>
    );
  if (check.data === undefined)
    return (
      <FrontPage title="One moment">
        <LoadingRows rows={3} />
      </FrontPage>
    );
  const { kind, email, role, organization } = check.data;
  return kind === 'invite' ? (
    <FrontPage title={`Join ${organization.name}`} lead={`${email}, ${ROLE_NAMES[role].toLowerCase()}`}>
      <PasswordForm token={token} isInvite />
    </FrontPage>
  ) : (
    <FrontPage title="Set a new password" lead={email}>
      <PasswordForm token={token} isInvite={false} />
    </FrontPage>
  );
}
