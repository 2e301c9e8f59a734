import { filesBelow, searchFile } from '../secrets.js';
import { countChecked, violate, type CheckContext } from './context.js';

/** Its own journal holds tokens: it plays the bank. The encrypted store may hold what it likes, and a password is
 * where it belongs in the configuration of the server that needs it. */
const OURS =
  /\/simulator\/|simulator\.log$|\/postgres\/data\/|\.db(-wal|-shm)?$|journal\.log$|temporal-server\.yaml$/;
/** Temporal's state: payloads lie in it as they were given. */
const ENGINE = /temporal\.db(-wal)?$/;

/** No secret in any log, in Temporal's files, in an answer or a forwarded webhook (invariant I7). */
export async function checkLeaks(context: CheckContext): Promise<void> {
  const { secrets, stack } = context;
  for (const file of filesBelow(stack.folder))
    if (!OURS.test(file) || ENGINE.test(file)) await searchFile(secrets, file);
  countChecked(context, 'bytes searched for secrets', secrets.searchedBytes());
  for (const place of secrets.found()) violate(context, 'I7', `a secret in ${place}`);
}
