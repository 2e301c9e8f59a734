import type { Break } from './break.js';

const PLAID_ERROR = 'src/plaid/plaid-error.js';

/** I7, I9 and I10: what is shown, and how. */
export const EXPOSURE_BREAKS: readonly Break[] = [
  {
    name: 'request-logged',
    invariant: 'I7',
    means:
      "A failed call is logged as the HTTP client's error object, which carries the token and the secret.",
    patches: [
      {
        file: PLAID_ERROR,
        text: '        const response = error.response;',
        becomes: '        console.error(error);\n        const response = error.response;',
      },
    ],
    scenario: 'day',
    seenAs: ['I7'],
  },
  {
    name: 'token-in-the-history',
    invariant: 'I7',
    means: 'An activity answers what it worked with, and the workflow history keeps it.',
    patches: [
      {
        file: 'src/activities/look/look-at-item.js',
        text: 'const ended = await askPlaid(deps, context, plan);',
        becomes:
          'const ended = { ...(await askPlaid(deps, context, plan)), accessToken: context.accessToken };',
      },
    ],
    scenario: 'day',
    seenAs: ['I7'],
  },
  {
    name: 'money-through-doubles',
    invariant: 'I9',
    means: "Plaid's answer is parsed and written again on its way to the database.",
    patches: [
      {
        file: 'src/plaid/plaid-api.js',
        text: 'return readSyncPage(data);',
        becomes: 'return readSyncPage(JSON.stringify(JSON.parse(data)));',
      },
    ],
    scenario: 'day',
    seenAs: ['I9'],
  },
  {
    name: 'money-shown-as-doubles',
    invariant: 'I9',
    means: 'Amounts are stored exactly and leave the API as numbers of JavaScript.',
    patches: [
      {
        file: 'src/api/transactions/present.js',
        text: 'amount: exactNumber(row.amount),',
        becomes: 'amount: row.amount === null ? null : Number(row.amount),',
      },
    ],
    scenario: 'day',
    seenAs: ['I9'],
  },
  {
    name: 'trouble-without-a-way-out',
    invariant: 'I10',
    means: 'A broken login is recorded without what the end user has to do.',
    patches: [
      {
        file: 'src/db/queries/look-results.js',
        text: 'action = :action,',
        becomes: 'action = case when :action = :action then null end,',
      },
    ],
    scenario: 'day',
    seenAs: ['I10'],
  },
  {
    name: 'healed-and-still-accused',
    invariant: 'I10',
    means: 'A login that was repaired leaves its error in the status message.',
    patches: [
      {
        file: 'src/db/queries/update-commit.js',
        text: 'status_code = null, status_message = null, action = null, syncing_since = null',
        becomes: 'syncing_since = null',
      },
      {
        file: 'src/db/queries/look-results.js',
        text: `                status_code = case when :healthy and health = 'erroring' then null else status_code end,
                status_message = case when :healthy and health = 'erroring' then null else status_message end,\n`,
        becomes: '',
      },
    ],
    scenario: 'day',
    seenAs: ['I10'],
  },
  {
    name: 'login-required-is-retried',
    invariant: 'I10',
    means: 'ITEM_LOGIN_REQUIRED counts as a passing failure: nobody is told that only the end user can help.',
    patches: [
      {
        file: 'src/plaid/error-table.js',
        text: `    user_action: [
        'ITEM_LOGIN_REQUIRED',`,
        becomes: '    user_action: [',
      },
      {
        file: 'src/plaid/error-table.js',
        text: `    retry: ['INTERNAL_SERVER_ERROR',`,
        becomes: `    retry: ['ITEM_LOGIN_REQUIRED', 'INTERNAL_SERVER_ERROR',`,
      },
    ],
    scenario: 'day',
    seenAs: ['I10'],
    quiesceMs: 15_000,
  },
  {
    name: 'silent-workflow',
    invariant: 'I10',
    means: "The workflow's current details say nothing.",
    patches: [
      {
        file: 'workflow-bundle.js',
        text: '.setCurrentDetails)((0,_item_state_js__WEBPACK_IMPORTED_MODULE_2__.describeState)(state));',
        becomes: `.setCurrentDetails)('');`,
      },
    ],
    scenario: 'day',
    seenAs: ['I10'],
  },
];
