import { createUserQueries } from '../../src/db/queries/users.js';
import { createPasswordHasher } from '../../src/password-hasher.js';
import type { Tenant } from '../stack/tenant.js';

export interface BenchSession {
  /** `name=value`. */
  cookie: string;
}

const PASSWORD = 'a bench by the water';

/** Logs a new user in, as the log-in page does. */
export async function logIn(tenant: Tenant, apiUrl: string): Promise<BenchSession> {
  const email = 'bench@ardea.example';
  await createUserQueries(tenant.db).create({
    organizationId: tenant.organizationId,
    email,
    passwordHash: await createPasswordHasher().hash(PASSWORD),
    role: 'admin',
  });
  const answer = await fetch(`${apiUrl}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: apiUrl },
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  if (answer.status !== 201) throw new Error(`no log-in: ${answer.status} ${await answer.text()}`);
  return { cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
}
