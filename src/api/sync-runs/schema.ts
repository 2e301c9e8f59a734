import { z } from 'zod';
import { SYNC_RUN_OUTCOMES } from '../../domain/sync-run.js';
import { time } from '../fields.js';
import { keysetQuery, nextCursor } from '../keyset.js';

export const syncRun = z
  .object({
    heron_id: z.string().meta({ examples: ['run_3mJr7AoUXx2WqdBvcQTzHa'] }),
    kind: z.enum(['update', 'resync', 'probe']).meta({
      description: 'The changes since the cursor, the whole history anew, or only the state of the Item.',
    }),
    outcome: z.enum(SYNC_RUN_OUTCOMES).meta({
      description:
        '`synced`: committed. `not_ready`: Plaid is still preparing the history. `restarted`: the data changed while it was read. `rate_limited`, `failed`: tried again after a wait. `paused`: a person must act. `deleted`: Plaid has forgotten the Item. `unconfirmed`: a resync lacks many rows and is checked by another. `superseded`: something newer came first. `aborted`: the worker stopped.',
    }),
    started: time,
    finished: time,
    duration_ms: z.int(),
    pages: z.int().meta({ description: 'Answers of /transactions/sync.' }),
    added: z.int(),
    modified: z.int(),
    removed: z.int(),
    unchanged: z.int().meta({ description: 'Rows that Plaid sent as they were stored already.' }),
    restarts: z.int().meta({ description: 'How often the update had begun again by then.' }),
    error_code: z.string().nullable(),
    error_message: z.string().nullable(),
    plaid_request_id: z
      .string()
      .nullable()
      .meta({ description: "Plaid's request_id of the last answer, for its support." }),
  })
  .meta({ id: 'SyncRun' });

export const syncRunsQuery = z.strictObject(keysetQuery);
export const syncRunsAnswer = z.object({ sync_runs: z.array(syncRun), next_cursor: nextCursor });
