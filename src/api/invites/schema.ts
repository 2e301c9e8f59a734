import { z } from 'zod';
import { text, time } from '../fields.js';
import { chosenPassword, role } from '../session/schema.js';

const token = text(1, 200).meta({
  description: 'What follows `#token=` in the link.',
  writeOnly: true,
});

export const inviteToken = z.object({ token }).meta({ id: 'OneTimeToken' });

export const acceptance = z
  .object({
    token,
    password: chosenPassword,
    name: text(1, 128).nullable().optional().meta({ description: 'Of the new user; not of a reset.' }),
  })
  .meta({ id: 'InviteAcceptance' });

export const oneTimeLink = z
  .object({
    kind: z.enum(['invite', 'password_reset']),
    email: z.string().meta({ description: 'With which to log in.' }),
    role,
    organization: z.object({ name: z.string() }),
    expires: time,
  })
  .meta({ id: 'OneTimeLink' });

export const oneTimeLinkAnswer = z.object({ link: oneTimeLink });
export const acceptedAnswer = z.object({ email: z.string() }).meta({ id: 'InviteAccepted' });
