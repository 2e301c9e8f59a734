import { verify } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap } from '../../src/cli/bootstrap.js';
import { makeLoginLink } from '../../src/cli/make-login-link.js';
import { createDatabase, type Database } from '../../src/db/database.js';
import { createApiKeyQueries, type ApiKeyQueries } from '../../src/db/queries/api-keys.js';
import { createOneTimeLinkQueries } from '../../src/db/queries/one-time-links.js';
import { createOrganizationQueries, type OrganizationQueries } from '../../src/db/queries/organizations.js';
import { createUserQueries, type UserQueries } from '../../src/db/queries/users.js';
import { createPasswordHasher } from '../../src/password-hasher.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let db: Database;
let apiKeys: ApiKeyQueries;
let organizations: OrganizationQueries;
let users: UserQueries;
const passwords = createPasswordHasher();

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase({ url: database.url, name: 'test-tenancy' });
  apiKeys = createApiKeyQueries(db);
  organizations = createOrganizationQueries(db);
  users = createUserQueries(db);
});

afterAll(async () => {
  await db?.destroy();
  await database?.drop();
});

const newKey = (): string => `key_${randomBytes(24).toString('hex')}`;

describe('organizations', () => {
  it('are created once per name, with a feed of their own', async () => {
    const created = await organizations.create('Once');
    expect(await organizations.create('Once')).toBeNull();
    expect(await organizations.ensure('Once')).toEqual({ id: created!.id, created: false });
    const head: unknown = await db('change_heads').where({ organization_id: created!.id }).first('position');
    expect(head).toEqual({ position: '0' });
  });
});

describe('API keys', () => {
  it('lead to their organisation while they are active', async () => {
    const { id } = await organizations.ensure('Keys');
    const key = await apiKeys.create(id, 'one');
    expect(await apiKeys.authenticate(key)).toMatchObject({ organizationId: id });
    expect(await apiKeys.authenticate(newKey())).toBeNull();
    await db('api_keys').where({ name: 'one' }).update({ is_active: false });
    expect(await apiKeys.authenticate(key)).toBeNull();
  });

  it('note their use at most once a minute', async () => {
    const { id } = await organizations.ensure('Used');
    const key = await apiKeys.create(id, 'used');
    const usedAt = async (): Promise<Date | null> =>
      (await db('api_keys').where({ name: 'used' }).first<{ last_used_at: Date | null }>('last_used_at'))
        .last_used_at;
    expect(await usedAt()).toBeNull();
    await apiKeys.authenticate(key);
    const first = await usedAt();
    await apiKeys.authenticate(key);
    expect(await usedAt()).toEqual(first);
    await db('api_keys')
      .where({ name: 'used' })
      .update({ last_used_at: db.raw(`now() - interval '61 seconds'`) });
    await apiKeys.authenticate(key);
    expect((await usedAt())!.getTime()).toBeGreaterThanOrEqual(first!.getTime());
  });

  it('are adopted once, by one organisation', async () => {
    const [a, b] = [await organizations.ensure('A'), await organizations.ensure('B')];
    const key = newKey();
    expect(await apiKeys.adopt(a.id, 'own', key)).toBe('created');
    expect(await apiKeys.adopt(a.id, 'own', key)).toBe('exists');
    expect(await apiKeys.adopt(b.id, 'own', key)).toBe('taken');
  });
});

describe('bootstrap', () => {
  const config = {
    BOOTSTRAP_ORGANIZATION: 'Bootstrapped',
    BOOTSTRAP_API_KEY: newKey(),
    BOOTSTRAP_ADMIN_EMAIL: 'Admin@acme.example',
    BOOTSTRAP_ADMIN_PASSWORD: 'correct horse battery',
  };

  it('makes organisation, key and administrator, and changes nothing when it runs again', async () => {
    expect(await bootstrap({ organizations, apiKeys, users, passwords }, config)).toEqual([
      'organisation "Bootstrapped" added',
      'API key added',
      'administrator Admin@acme.example added',
    ]);
    const again = await bootstrap(
      { organizations, apiKeys, users, passwords },
      { ...config, BOOTSTRAP_ADMIN_EMAIL: 'admin@ACME.example', BOOTSTRAP_ADMIN_PASSWORD: 'something else' },
    );
    expect(again.every((line) => line.endsWith('is there'))).toBe(true);
    const stored = await db('users').select<{ password_hash: string; role: string }[]>();
    expect(stored).toHaveLength(1);
    expect(stored[0]!.role).toBe('admin');
    expect(await verify(stored[0]!.password_hash, config.BOOTSTRAP_ADMIN_PASSWORD)).toBe(true);
    expect(await apiKeys.authenticate(config.BOOTSTRAP_API_KEY)).not.toBeNull();
  });

  it('refuses half an administrator, and a key that another organisation has', async () => {
    const deps = { organizations, apiKeys, users, passwords };
    await expect(bootstrap(deps, { ...config, BOOTSTRAP_ADMIN_PASSWORD: undefined })).rejects.toThrow(
      'go together',
    );
    await expect(bootstrap(deps, { ...config, BOOTSTRAP_ORGANIZATION: 'Thief' })).rejects.toThrow(
      'another organisation',
    );
  });
});

describe('errors of the database', () => {
  it('hold the statement, never its values', async () => {
    const secret = 'a value that must not be logged';
    const failing = db
      .raw('select ?::text::integer, ?::text', ['1', secret])
      .then(() => db('organizations').insert({ name: secret, nonsense: 1 }));
    const error = await failing.catch((thrown: unknown) => thrown as Error);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain('insert into "organizations"');
    expect((error as Error).message).not.toContain(secret);
  });
});

describe('makeLoginLink', () => {
  it('invites the first administrator of an organisation, and gives who is there a new password', async () => {
    const { id } = (await organizations.create('Second'))!;
    const links = createOneTimeLinkQueries(db);
    const invited = await makeLoginLink(db, 'first@second.example', 'Second');
    expect(await links.find(invited.token)).toMatchObject({
      kind: 'invite',
      role: 'admin',
      organization_id: id,
    });
    const passwordHash = await passwords.hash('four herons at dawn');
    expect(await links.accept(invited.token, { passwordHash, name: null })).toMatchObject({
      kind: 'accepted',
    });
    const again = await makeLoginLink(db, 'First@Second.example', 'whatever');
    expect(await links.find(again.token)).toMatchObject({ kind: 'password_reset', organization_id: id });
    await expect(makeLoginLink(db, 'other@second.example', 'Nowhere')).rejects.toThrow('no organisation');
  });
});
