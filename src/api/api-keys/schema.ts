import { z } from 'zod';
import { text, time } from '../fields.js';

const name = text(1, 128).meta({ description: 'What uses it.' });

export const apiKeyName = z.object({ name }).meta({ id: 'ApiKeyName' });

export const apiKey = z
  .object({
    heron_id: z.string().meta({ examples: ['key_3mJr7AoUXx2WqdBvcQTzHa'] }),
    name: z.string(),
    prefix: z.string().meta({ description: 'How the key begins, to tell it from others.' }),
    is_active: z.boolean(),
    created: time,
    created_by: z.string().nullable().meta({
      description: 'E-mail address of the user; null: made by setup or at the command line.',
    }),
    last_used: time.nullable().meta({ description: 'To the minute.' }),
    deactivated: time.nullable(),
  })
  .meta({ id: 'ApiKey' });

export const apiKeyAnswer = z.object({ api_key: apiKey });
export const apiKeysAnswer = z.object({ api_keys: z.array(apiKey) });
export const newApiKeyAnswer = z.object({
  api_key: apiKey,
  key: z.string().meta({ description: 'The key itself, shown only now.' }),
});
