import { VARIABLES } from '../../src/config/index.js';
import { LOCAL_VARIABLES } from './local-variables.js';

interface Entry {
  name: string;
  /** Null: it must be set. */
  fallback: string | null;
  doc: string;
}

const serviceEntries = (): Entry[] =>
  Object.entries(VARIABLES).map(([name, variable]) => ({
    name,
    fallback: variable.fallback ?? (variable.schema.safeParse(undefined).success ? '' : null),
    doc: variable.doc,
  }));

const localEntries = (): Entry[] =>
  Object.entries(LOCAL_VARIABLES).map(([name, { fallback, doc }]) => ({ name, fallback, doc }));

const cell = (text: string): string => text.replaceAll('|', '\\|');

const table = (entries: readonly Entry[]): string =>
  [
    '| variable | default | |',
    '|---|---|---|',
    ...entries.map(
      ({ name, fallback, doc }) =>
        `| \`${name}\` | ${fallback === null ? '**required**' : fallback === '' ? '' : `\`${fallback}\``} | ${cell(doc)} |`,
    ),
  ].join('\n');

/** docs/configuration.md, as Markdown that Prettier has yet to align. */
export const configurationPage = (): string => `# Configuration

Generated from \`src/config/variables.ts\` by \`npm run generate\`; do not edit.

All settings are environment variables. An empty one counts as unset. Durations are whole numbers with a unit: \`500ms\`,
\`15s\`, \`10m\`, \`6h\`, \`1d\`. A program that lacks a required one, or cannot read one, does not start and names them all.

## API, worker, setup

\`npm start\` sets those that are required, and listens on 127.0.0.1 unless \`HOST\` says otherwise. \`npm run migrate\` needs
\`DATABASE_URL\` only.

${table(serviceEntries())}

## One machine

Read by \`npm start\` and \`npm run demo\` only.

${table(localEntries())}
`;

const commented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `# ${line}`)
    .join('\n');

const assignments = (entries: readonly Entry[]): string =>
  entries
    .map(
      ({ name, fallback, doc }) =>
        `${commented(doc)}\n${fallback === null ? '' : '#'}${name}=${fallback ?? ''}`,
    )
    .join('\n\n');

/** .env.example: required variables are left empty to be filled in, the others stand commented out with their defaults. */
export const environmentExample =
  (): string => `# Generated from src/config/variables.ts by \`npm run generate\`; do not edit. docs/configuration.md tells more.
# Copy it to .env. \`npm start\` needs none of it.

${assignments(serviceEntries())}

# --- npm start and npm run demo only ---

${assignments(localEntries())}
`;
