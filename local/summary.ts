import type { LocalConfig } from './config.js';
import type { DataFolder } from './data-folder.js';
import type { Secrets } from './secrets.js';
import { simulatorUrl } from './stack.js';

export interface SummaryFacts {
  config: LocalConfig;
  data: DataFolder;
  secrets: Secrets;
  notes: string[];
  /** Whether the demo data was put in by this start. */
  seeded: boolean;
  /** Whether no start before has printed the administrator's password. */
  isFirst: boolean;
}

/** The password that we made is shown once; who has another one knows it. */
const logIn = ({ adminEmail, adminPassword }: Secrets, config: LocalConfig, isFirst: boolean): string => {
  if (config.adminPassword !== undefined) return `${adminEmail} with BOOTSTRAP_ADMIN_PASSWORD`;
  return isFirst
    ? `${adminEmail}  ${adminPassword}  (shown this once)`
    : `${adminEmail}  (forgotten: npm run login-link -- ${adminEmail})`;
};

/** What a person needs after `npm start`: where everything is and how to use it. */
export const summary = ({ config, data, secrets, notes, seeded, isFirst }: SummaryFacts): string => {
  const rows: [string, string][] = [
    ['Dashboard', config.publicUrl],
    ['Log-in', logIn(secrets, config, isFirst)],
    ['API docs', `${config.publicUrl}/api/docs`],
    [
      'Temporal UI',
      config.temporalAddress === undefined
        ? `http://localhost:${config.ports.temporalUi}`
        : `of your server at ${config.temporalAddress}`,
    ],
    ['Plaid simulator', simulatorUrl(config)],
    ['API key', secrets.apiKey],
    [
      'Database',
      config.databaseUrl === undefined
        ? `embedded PostgreSQL on 127.0.0.1:${config.ports.postgres}, files in ${data.postgres}`
        : 'yours (DATABASE_URL)',
    ],
    ['Data and logs', data.root],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return [
    '',
    'Ardea is running.',
    '',
    ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`),
    '',
    ...notes.map((text) => `  ${text}`),
    ...(notes.length > 0 ? [''] : []),
    seeded
      ? 'The database was empty: a demo company (two Items) and a person (one Item) were linked through the simulator.'
      : undefined,
    'Next: log in to the dashboard; docs/guide.md leads through it. `npm run demo` in another terminal walks the same way over HTTP. Ctrl-C stops everything.',
  ]
    .filter((line) => line !== undefined)
    .join('\n');
};
