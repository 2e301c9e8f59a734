import { Radio, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { inviteUser } from '../../api/people';
import type { Role } from '../../api/session';
import { Form, FormButtons } from '../../parts/form';
import { useSubmit } from '../../parts/submit';
import { ROLE_HELP, ROLE_NAMES, ROLES } from '../../parts/roles';
import { useConfirmed } from '../../shell/confirm-password';

/** A link that is shown once, to be given to somebody. */
export interface OneTimeLink {
  title: string;
  url: string;
  who: string;
}

interface InviteFormProps {
  onInvited: (link: OneTimeLink) => void;
  onCancel: () => void;
}

export function InviteForm({ onInvited, onCancel }: InviteFormProps) {
  const queries = useQueryClient();
  const confirmed = useConfirmed();
  const form = useForm({
    initialValues: { email: '', role: 'member' as Role },
    validate: { email: (value) => (/^\S+@\S+$/.test(value.trim()) ? null : 'Enter an e-mail address.') },
  });
  const { frame, isBusy } = useSubmit(form, {
    mutationFn: ({ email, role }: { email: string; role: Role }) =>
      confirmed(() => inviteUser(email.trim(), role)),
    onSuccess: async ({ invite, url }) => {
      onInvited({ title: 'Invite link', url, who: invite.email });
      await queries.invalidateQueries({ queryKey: ['invites'] });
    },
  });
  return (
    <Form {...frame}>
      <TextInput label="E-mail" name="email" type="email" data-autofocus {...form.getInputProps('email')} />
      <Radio.Group label="Role" name="role" {...form.getInputProps('role')}>
        <Stack gap="xs" mt="xs">
          {ROLES.map((role) => (
            <Radio key={role} value={role} label={ROLE_NAMES[role]} description={ROLE_HELP[role]} />
          ))}
        </Stack>
      </Radio.Group>
      <FormButtons verb="Create invite link" isBusy={isBusy} onCancel={onCancel} />
    </Form>
  );
}
