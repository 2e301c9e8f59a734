import { z } from 'zod';
import { MOST_PASSWORD_LENGTH } from '../../domain/password-rules.js';
import { ROLES } from '../../domain/roles.js';
import { text, time } from '../fields.js';

/** A password that is only compared: its form is nobody's business. */
export const givenPassword = text(1, 1_024).meta({ writeOnly: true });
export const chosenPassword = text(1, MOST_PASSWORD_LENGTH).meta({
  description: 'At least 12 characters, not among the most common, not made of the e-mail address.',
  writeOnly: true,
});

export const role = z.enum(ROLES).meta({
  id: 'Role',
  description: '`read_only` reads, `member` does the daily work, `admin` everything (docs/security.md).',
});

export const credentials = z
  .object({ email: text(1, 254), password: givenPassword })
  .meta({ id: 'Credentials' });
export const confirmation = z.object({ password: givenPassword }).meta({ id: 'Confirmation' });
export const passwordChange = z
  .object({ current_password: givenPassword, new_password: chosenPassword })
  .meta({ id: 'PasswordChange' });

export const session = z
  .object({
    user: z.object({
      heron_id: z.string().meta({ examples: ['usr_3mJr7AoUXx2WqdBvcQTzHa'] }),
      email: z.string(),
      name: z.string().nullable(),
      role,
    }),
    organization: z.object({ heron_id: z.string(), name: z.string() }),
    created: time,
    expires: time.meta({ description: 'When it ends at the latest.' }),
    idle_expires: time.meta({ description: 'When it ends unless a request of the person comes before.' }),
    confirmed_until: time.nullable().meta({
      description:
        'Until when secrets can be set and shown, and data erased; null: after POST /api/session/confirm only.',
    }),
  })
  .meta({ id: 'Session' });

export const sessionAnswer = z.object({ session });
