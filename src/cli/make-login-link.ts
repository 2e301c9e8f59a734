import type { Database } from '../db/database.js';
import { createOneTimeLinkQueries } from '../db/queries/one-time-links.js';
import { createOrganizationQueries } from '../db/queries/organizations.js';
import { createUserQueries } from '../db/queries/users.js';
import { UsageError } from './program.js';

/** Answers the token and what it is for: a new password for who is a user, an invite as administrator for who is not. */
export async function makeLoginLink(
  db: Database,
  email: string,
  organization: string,
): Promise<{ token: string; what: string }> {
  const links = createOneTimeLinkQueries(db);
  const user = await createUserQueries(db).findByEmail(email);
  if (user) {
    if (!user.isActive)
      throw new UsageError(`${email} is deactivated: an administrator must activate it first`);
    const { token } = await links.reset(user.organizationId, { userId: user.id, createdBy: null });
    return { token, what: `sets a new password for ${email} (24 hours)` };
  }
  const found = await createOrganizationQueries(db).find(organization);
  if (!found) throw new UsageError(`there is no organisation "${organization}"`);
  const { token } = await links.invite(found.id, { email, role: 'admin', createdBy: null });
  return { token, what: `makes ${email} an administrator of "${organization}" (7 days)` };
}
