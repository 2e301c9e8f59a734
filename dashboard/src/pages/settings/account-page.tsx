import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { sayDone } from '../../api/failed';
import { answered, api } from '../../api/client';
import { sessionQuery, useLogOut, useSession } from '../../api/session';
import { Facts } from '../../parts/facts';
import { Form } from '../../parts/form';
import { useSubmit } from '../../parts/submit';
import { againRule, NewPassword, passwordRule } from '../../parts/new-password';
import { Page } from '../../parts/page';
import { ROLE_HELP, ROLE_NAMES } from '../../parts/roles';
import { Card } from '../../parts/states';
import { Time } from '../../parts/time';

function PasswordForm() {
  const queries = useQueryClient();
  const { user } = useSession();
  const form = useForm({
    initialValues: { current_password: '', new_password: '', again: '' },
    validate: {
      current_password: (value) => (value === '' ? 'Enter your password.' : null),
      new_password: passwordRule,
      again: (again, { new_password }) => againRule(again, new_password),
    },
  });
  const { frame, isBusy } = useSubmit(form, {
    mutationFn: ({ current_password, new_password }: typeof form.values) =>
      answered(api.PUT('/api/session/password', { body: { current_password, new_password } })),
    onSuccess: ({ session }) => {
      queries.setQueryData(sessionQuery.queryKey, session);
      form.reset();
      sayDone('Your password is changed; all other sessions have ended.');
    },
  });
  return (
    <Form maw={420} {...frame}>
      {/* For password managers, which want to know whose password this is. */}
      <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
      <PasswordInput
        label="Current password"
        name="current_password"
        autoComplete="current-password"
        {...form.getInputProps('current_password')}
      />
      <NewPassword
        label="New password"
        name="new_password"
        password={form.getInputProps('new_password')}
        again={form.getInputProps('again')}
      />
      <Group>
        <Button type="submit" loading={isBusy}>
          Change password
        </Button>
      </Group>
    </Form>
  );
}

export function AccountPage() {
  const { user, organization, created, expires, idle_expires } = useSession();
  const logOut = useLogOut();
  return (
    <Page title="My account">
      <Card title="You">
        <Facts
          facts={[
            ['E-mail', user.email],
            ['Name', user.name ?? '–'],
            ['Organisation', organization.name],
            ['Role', `${ROLE_NAMES[user.role]}: ${ROLE_HELP[user.role]}`],
          ]}
        />
      </Card>
      <Card title="Password">
        <PasswordForm />
      </Card>
      <Card title="Sessions">
        <Stack>
          <Facts
            facts={[
              ['Logged in', <Time key="created" at={created} as="short" />],
              ['Ends if unused', <Time key="idle" at={idle_expires} />],
              ['Ends at the latest', <Time key="expires" at={expires} as="short" />],
            ]}
          />
          <Text c="dimmed">Logging out everywhere ends every session of yours, this one too.</Text>
          <Group>
            <Button
              variant="default"
              loading={logOut.isPending}
              onClick={() => logOut.mutate({ everywhere: true })}
            >
              Log out everywhere
            </Button>
          </Group>
        </Stack>
      </Card>
    </Page>
  );
}
