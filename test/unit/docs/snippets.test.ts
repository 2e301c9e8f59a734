import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const file = join(import.meta.dirname, '../../../dashboard/src/parts/snippets.ts');
// By its path: the dashboard is compiled by other rules than the tests.
const { updateModeOf } = (await import(pathToFileURL(file).href)) as {
  updateModeOf: (baseUrl: string, clientUserId: string) => Record<'curl' | 'node' | 'python', string>;
};

/** The body that a shell would have curl send. */
function bodyOf(curl: string): unknown {
  const shown = 'curl() { while [ "$1" != -d ]; do shift; done; printf %s "$2"; }';
  const { stdout } = spawnSync('sh', ['-c', `PLAID_CLIENT_ID=id PLAID_SECRET=secret\n${shown}\n${curl}`], {
    encoding: 'utf8',
  });
  return JSON.parse(stdout);
}

it.each(['acme', `O'Hara & "sons" $HOME`, 'a\\b`c`'])(
  'update mode is asked for the end user %s as it is',
  (endUserId) => {
    const { curl, node, python } = updateModeOf('https://sandbox.plaid.com', endUserId);
    expect(bodyOf(curl)).toEqual({
      client_id: 'id',
      secret: 'secret',
      client_name: 'Your company',
      language: 'en',
      country_codes: ['US'],
      user: { client_user_id: endUserId },
      access_token: '<access_token>',
    });
    const [, literal = ''] = /client_user_id: (.*) \},/.exec(node) ?? [];
    expect(JSON.parse(literal.replace(/^'(.*)'$/, '"$1"'))).toBe(endUserId);
    expect(python).toContain(`"user": {"client_user_id": ${JSON.stringify(endUserId)}}`);
  },
);
