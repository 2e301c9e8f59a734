import { z } from 'zod';
import { text, time } from '../fields.js';
import { role } from '../session/schema.js';

/** As somebody types it, spaces around it included. */
const email = z
  .string()
  .trim()
  .max(254, 'Must have at most 254 characters.')
  .pipe(z.email('Must be an e-mail address.'))
  .meta({ type: 'string', format: 'email' });
const name = text(1, 128).nullable();

export const user = z
  .object({
    heron_id: z.string().meta({ examples: ['usr_3mJr7AoUXx2WqdBvcQTzHa'] }),
    email: z.string(),
    name: z.string().nullable(),
    role,
    is_active: z.boolean().meta({ description: 'False: cannot log in.' }),
    created: time,
    last_login: time.nullable(),
  })
  .meta({ id: 'User' });

export const userAnswer = z.object({ user });
export const usersAnswer = z.object({ users: z.array(user) });

export const userChanges = z
  .object({ name: name.optional(), role: role.optional(), is_active: z.boolean().optional() })
  .meta({ id: 'UserChanges', description: 'What is left out stays as it is.' });

export const newInvite = z.object({ email, role }).meta({ id: 'NewInvite' });

export const invite = z
  .object({
    heron_id: z.string().meta({ examples: ['inv_3mJr7AoUXx2WqdBvcQTzHa'] }),
    email: z.string(),
    role,
    created: time,
    created_by: z
      .string()
      .nullable()
      .meta({ description: 'E-mail address of the admin; null: made at the command line.' }),
    expires: time,
    is_expired: z.boolean(),
  })
  .meta({ id: 'Invite' });

export const invitesAnswer = z.object({ invites: z.array(invite) });

const oneTimeUrl = z.string().meta({
  description: 'Give it to the person; it is shown only now and works once.',
  examples: ['https://ardea.example/invite#token=…'],
});
export const newInviteAnswer = z.object({ invite, url: oneTimeUrl });
export const passwordReset = z.object({ user, url: oneTimeUrl, expires: time }).meta({ id: 'PasswordReset' });
