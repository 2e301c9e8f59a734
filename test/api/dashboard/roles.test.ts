import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRoutes } from '../../../src/api/routes.js';
import type { Route } from '../../../src/api/route.js';
import { mayAct, type Role } from '../../../src/domain/roles.js';
import { createTestApi, type TestApi } from '../../support/api.js';
import { createPerson, type Person } from '../../support/people.js';

let api: TestApi;
let routes: Route[];
let people: Record<'read_only' | 'member', Person>;

beforeAll(async () => {
  api = await createTestApi();
  routes = createRoutes(api.deps);
  people = { read_only: await createPerson(api, 'read_only'), member: await createPerson(api, 'member') };
});

afterAll(() => api?.close());

const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

/** A person about themselves: no role is too small for it. */
const OWN_SESSION = [
  'delete /api/session',
  'delete /api/sessions',
  'post /api/session/confirm',
  'put /api/session/password',
];
/** How one gets in in the first place. */
const PUBLIC = [
  'get /api/hello_world',
  'get /healthz',
  'get /readyz',
  'post /api/invites/accept',
  'post /api/invites/check',
  'post /api/session',
];

describe('every route', () => {
  it('has a role, unless everybody may call it', () => {
    for (const route of routes) expect(route.role === undefined, nameOf(route)).toBe(route.auth === 'none');
    expect(
      routes
        .filter(({ auth }) => auth === 'none')
        .map(nameOf)
        .sort(),
    ).toEqual(PUBLIC);
  });

  it('that writes takes a member at least', () => {
    const writes = routes.filter(({ method, auth }) => method !== 'get' && auth !== 'none');
    expect(
      writes
        .filter(({ role }) => role === 'read_only')
        .map(nameOf)
        .sort(),
    ).toEqual(OWN_SESSION);
  });

  it('that writes before there is a session is taken from our own pages only', () => {
    const open = routes.filter(({ method, auth }) => method !== 'get' && auth === 'none');
    expect(open.filter(({ sameOrigin }) => !sameOrigin).map(nameOf)).toEqual([]);
  });
});

describe('over HTTP', () => {
  it.each(['read_only', 'member'] as const)('a %s is kept from what takes more', async (role: Role) => {
    const takesMore = routes.filter((route) => route.role !== undefined && !mayAct(role, route.role));
    expect(takesMore.length).toBeGreaterThan(1);
    for (const route of takesMore) {
      const path = route.path.replaceAll(/\{\w+\}/g, 'x');
      const answer = await people[role as 'member'].call(route.method.toUpperCase(), path, {
        ...(route.method === 'get' ? {} : { body: {} }),
      });
      expect([nameOf(route), answer.status, answer.json.error]).toEqual([
        nameOf(route),
        403,
        'auth.forbidden',
      ]);
      expect(answer.json.description).toContain(`takes the role ${route.role}; yours is ${role}`);
    }
  });

  it('a member may rename an integration, and neither change its keys nor erase', async () => {
    const put = await people.member.call('PUT', '/api/integrations/itg_x', {
      body: { client_secret: 'new' },
    });
    expect([put.status, put.json.error]).toEqual([403, 'auth.forbidden']);
    expect((await people.member.call('PUT', '/api/integrations/itg_x', { body: { name: 'n' } })).status).toBe(
      404,
    );
    const link = '/api/integrations/itg_x/links/item';
    for (const more of ['erase', 'remove_at_plaid'])
      expect((await people.member.call('DELETE', `${link}?${more}=true`)).json.error).toBe('auth.forbidden');
    expect((await people.member.call('DELETE', link)).json.error).toBe('integration.not_found');
  });
});
