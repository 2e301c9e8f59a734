// The rules of the house that a machine can hold. Folder boundaries follow docs/architecture.md, "Folders":
// api, worker → activities → db, plaid, processing → domain; workflows → domain only.
import importX from 'eslint-plugin-import-x';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Forbids value imports of `folders` (relative paths); `import type` stays allowed unless `types` is false. */
const never = (folders, message, { types = true } = {}) => ({
  group: folders.flatMap((folder) => [`**/${folder}/**`, `**/${folder}/*`]),
  allowTypeImports: types,
  message,
});

const boundary = (files, patterns, ignores = []) => ({
  files,
  ignores,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});

const SIMULATOR = never(['simulator'], 'The simulator is a separate program; talk HTTP to it.', {
  types: false,
});
const LOCAL = never(
  ['local', 'bench', 'torture'],
  'src/ does not know how it is started, measured or tortured.',
  {
    types: false,
  },
);

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.ardea/**', 'coverage/**'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true } },
    settings: {
      'import-x/resolver-next': [
        importX.createNodeResolver({
          extensions: ['.ts', '.tsx', '.js'],
          extensionAlias: { '.js': ['.ts', '.js'] },
        }),
      ],
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/require-await': 'off',
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Only src/config, local/config.ts, simulator/config.ts and scripts read the environment.',
        },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: [
      'src/config/environment.ts',
      'local/config.ts',
      'simulator/config.ts',
      'bench/config.ts',
      'vite.config.ts',
      'scripts/**/*.ts',
      'test/support/**/*.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  // Command line programs talk to a person on stdout.
  {
    files: ['local/**/*.ts', 'bench/**/*.ts', 'torture/**/*.ts', 'scripts/**/*.ts', 'src/cli/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['dashboard/src/**/*.{ts,tsx}'],
    extends: [jsxA11y.flatConfigs.strict, reactHooks.configs.flat.recommended],
    rules: {
      // Event handlers of React take functions whose promise nobody waits for; what they do is caught where it is done.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    },
  },
  { files: ['*.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
  boundary(
    ['src/domain/**/*.ts'],
    [
      never(
        [
          'config',
          'db',
          'plaid',
          'temporal',
          'workflows',
          'activities',
          'api',
          'worker',
          'cli',
          'processing',
        ],
        'domain imports nothing.',
        { types: false },
      ),
      SIMULATOR,
      LOCAL,
    ],
  ),
  boundary(
    ['src/config/**/*.ts'],
    [
      never(
        ['db', 'plaid', 'temporal', 'workflows', 'activities', 'api', 'worker', 'cli'],
        'config depends on nothing but zod and domain.',
        { types: false },
      ),
      SIMULATOR,
      LOCAL,
    ],
  ),
  boundary(
    ['src/db/**/*.ts'],
    [
      never(
        ['config', 'plaid', 'temporal', 'workflows', 'activities', 'api', 'worker', 'cli'],
        'db → domain only.',
      ),
      SIMULATOR,
      LOCAL,
    ],
  ),
  boundary(
    ['src/plaid/**/*.ts'],
    [
      never(
        ['config', 'db', 'temporal', 'workflows', 'activities', 'api', 'worker', 'cli'],
        'plaid → domain only.',
      ),
      SIMULATOR,
      LOCAL,
    ],
  ),
  boundary(
    ['src/temporal/**/*.ts'],
    [
      never(
        ['config', 'db', 'plaid', 'activities', 'api', 'worker', 'cli'],
        'temporal → workflows/messages only.',
      ),
      {
        regex: 'workflows/(?!messages\\.js$)',
        allowTypeImports: true,
        message: 'temporal takes from workflows only messages.ts.',
      },
      SIMULATOR,
      LOCAL,
    ],
  ),
  boundary(
    ['src/workflows/**/*.ts'],
    [
      never(
        ['db', 'plaid', 'config', 'temporal', 'activities', 'api', 'worker', 'cli', 'processing'],
        'Workflow code runs in a sandbox: domain and sibling files only, everything else as `import type`.',
      ),
      {
        group: [
          'node:*',
          'zod',
          'knex',
          'pg',
          '@temporalio/client',
          '@temporalio/worker',
          '@temporalio/activity',
        ],
        message: 'Not available in the workflow sandbox.',
      },
      SIMULATOR,
      LOCAL,
    ],
  ),
  boundary(
    ['src/activities/**/*.ts'],
    [
      never(['api', 'worker', 'cli'], 'activities know neither api nor worker.', { types: false }),
      never(['config', 'temporal', 'workflows'], 'activities → db, plaid, domain only.'),
      SIMULATOR,
      LOCAL,
    ],
  ),
  boundary(
    ['src/api/**/*.ts'],
    [
      never(['worker', 'activities', 'cli'], 'api and worker never import each other.', { types: false }),
      {
        regex: 'workflows/(?!messages\\.js$)',
        allowTypeImports: true,
        message: 'api takes from workflows only messages.ts.',
      },
      SIMULATOR,
      LOCAL,
    ],
  ),
  boundary(
    ['src/worker/**/*.ts'],
    [never(['api', 'cli'], 'api and worker never import each other.', { types: false }), SIMULATOR, LOCAL],
  ),
  boundary(
    ['simulator/**/*.ts'],
    [
      {
        group: ['**/src/**', '**/local/**', '**/bench/**', '**/torture/**'],
        message: 'The simulator stands alone.',
      },
    ],
  ),
  boundary(
    ['dashboard/**/*.{ts,tsx}'],
    [
      {
        regex: '^(\\.\\./)+(src|local|simulator|bench|torture|scripts|migrations)/',
        message: 'The dashboard knows the documented API only.',
      },
      {
        group: ['react', '@tanstack/react-router'],
        importNames: ['lazy', 'lazyRouteComponent'],
        message: 'lazyPart of parts/lazy-part.ts outlives an outage and a newer build.',
      },
    ],
  ),
  boundary(
    ['local/**/*.ts'],
    [
      {
        group: ['**/src/**', '**/simulator/**'],
        message: 'local/ starts programs and talks HTTP; it imports none of their code.',
      },
    ],
  ),
  boundary(
    ['torture/**/*.ts'],
    [
      {
        group: ['**/src/**', '**/simulator/**', '**/bench/**'],
        message: 'torture/ looks from outside: it starts programs, talks HTTP and reads the database.',
      },
    ],
  ),
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/unbound-method': 'off' } },
);
