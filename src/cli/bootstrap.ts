import type { Config } from '../config/index.js';
import type { Deps } from '../deps.js';
import { UsageError } from './program.js';

type BootstrapDeps = Pick<Deps, 'organizations' | 'apiKeys' | 'users' | 'passwords'>;
type BootstrapConfig = Pick<
  Config,
  'BOOTSTRAP_ORGANIZATION' | 'BOOTSTRAP_API_KEY' | 'BOOTSTRAP_ADMIN_EMAIL' | 'BOOTSTRAP_ADMIN_PASSWORD'
>;

async function bootstrapKey(
  { apiKeys }: BootstrapDeps,
  organizationId: string,
  key: string,
): Promise<string> {
  const outcome = await apiKeys.adopt(organizationId, 'bootstrap', key);
  if (outcome === 'taken') throw new UsageError('BOOTSTRAP_API_KEY belongs to another organisation');
  return outcome === 'created' ? 'API key added' : 'API key is there';
}

async function bootstrapAdmin(
  { users, passwords }: BootstrapDeps,
  organizationId: string,
  email: string,
  password: string,
): Promise<string> {
  const passwordHash = await passwords.hash(password);
  const created = await users.create({ organizationId, email, passwordHash, role: 'admin' });
  return created !== null ? `administrator ${email} added` : `user ${email} is there`;
}

/**
 * Makes the first organisation with its API key and administrator, as far as BOOTSTRAP_* ask for them. Run again it
 * changes nothing that is there: neither a deactivated key nor a changed password comes back. Answers what it did.
 */
export async function bootstrap(deps: BootstrapDeps, config: BootstrapConfig): Promise<string[]> {
  const { BOOTSTRAP_API_KEY: key, BOOTSTRAP_ADMIN_EMAIL: email, BOOTSTRAP_ADMIN_PASSWORD: password } = config;
  if ((email === undefined) !== (password === undefined))
    throw new UsageError('BOOTSTRAP_ADMIN_EMAIL and BOOTSTRAP_ADMIN_PASSWORD go together: set both or none');
  const { id, created } = await deps.organizations.ensure(config.BOOTSTRAP_ORGANIZATION);
  const done = [`organisation "${config.BOOTSTRAP_ORGANIZATION}" ${created ? 'added' : 'is there'}`];
  if (key !== undefined) done.push(await bootstrapKey(deps, id, key));
  if (email !== undefined && password !== undefined)
    done.push(await bootstrapAdmin(deps, id, email, password));
  return done;
}
