// Every package that a production install brings must be under a permissive licence: nothing of it may put terms on
// the source of those who run Ardea.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

/** Read by a person, because the package says nothing or something outside the list that is fine for what it is. */
const REVIEWED = new Map([
  ['caniuse-lite', 'CC-BY-4.0'], // a table of browser features, which asks for attribution only
  ['unionfs', 'none given'], // its LICENSE file is the Unlicense
]);

/** An SPDX expression: any alternative of an OR suffices, every part of an AND counts. */
const isPermissive = (/** @type {string} */ expression) =>
  expression
    .replace(/[()]/g, ' ')
    .split(/\s+OR\s+/)
    .some((alternative) => alternative.split(/\s+AND\s+/).every((id) => PERMISSIVE.has(id.trim())));

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

/** The lockfile's word, else the installed package's own: old packages say `{ type }` or a list. */
const licenceOf = (
  /** @type {string} */ path,
  /** @type {{ license?: string, optional?: boolean }} */ entry,
) => {
  if (entry.license !== undefined) return entry.license;
  try {
    const { license, licenses } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    const said = license ?? licenses?.[0];
    return said?.type ?? said ?? 'none given';
  } catch {
    return 'not installed here';
  }
};

const production = Object.entries(packages).filter(
  ([path, entry]) => path !== '' && !entry.dev && !entry.devOptional,
);
const refused = production
  .map(([path, entry]) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 13),
    licence: licenceOf(path, entry),
  }))
  .filter(({ name, licence }) => !isPermissive(licence) && REVIEWED.get(name) !== licence);
if (refused.length > 0) {
  for (const { path, licence } of refused)
    console.error(`${path.replace(/^node_modules\//, '')}: ${licence}`);
  console.error(
    `${refused.length} of ${production.length} production packages have no licence that is known to be permissive.`,
  );
  process.exit(1);
}
console.log(`${production.length} production packages, all permissive.`);
