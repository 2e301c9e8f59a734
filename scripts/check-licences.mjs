// Every package that a production install brings, and every one that the dashboard's bundle may hold, must be under a
// permissive licence: nothing of it may put terms on the source of those who run Ardea.
import { readdirSync, readFileSync } from 'node:fs';
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
  ['@fontsource-variable/inter', 'OFL-1.1'], // a font; its terms are about selling or renaming it
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

const nameOf = (/** @type {string} */ path) => path.slice(path.lastIndexOf('node_modules/') + 13);

/** The packages that files of the dashboard import, and all that those depend on: what can be in its bundle. */
const bundled = () => {
  const files = readdirSync(join(root, 'dashboard', 'src'), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && /\.(tsx?|css)$/.test(file.name))
    .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'));
  const imports = files.flatMap((text) =>
    [...text.matchAll(/(?:from|import|@import)\s*\(?\s*'((?:@[^/']+\/)?[^./'][^/']*)/g)].map(
      ([, name]) => name,
    ),
  );
  const found = new Set();
  // Where a package finds another: beside itself, else further up.
  const locate = (/** @type {string} */ from, /** @type {string} */ name) => {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
      const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
      if (packages[path] !== undefined) return path;
      if (at === '') return undefined;
    }
  };
  const add = (/** @type {string} */ from, /** @type {string} */ name) => {
    const path = locate(from, name);
    if (path === undefined || found.has(path)) return;
    found.add(path);
    const { dependencies = {}, peerDependencies = {} } = packages[path];
    for (const needed of Object.keys({ ...dependencies, ...peerDependencies })) add(path, needed);
  };
  for (const name of new Set(imports)) add('', name);
  if (found.size === 0)
    throw new Error('The dashboard imports no package: this script does not read it rightly.');
  return found;
};

const inBundle = bundled();
const shipped = Object.entries(packages).filter(
  ([path, entry]) => path !== '' && ((!entry.dev && !entry.devOptional) || inBundle.has(path)),
);
const refused = shipped
  .map(([path, entry]) => ({
    name: nameOf(path),
    licence: licenceOf(path, entry),
  }))
  .filter(({ name, licence }) => !isPermissive(licence) && REVIEWED.get(name) !== licence);
if (refused.length > 0) {
  for (const { name, licence } of refused) console.error(`${name}: ${licence}`);
  console.error(
    `${refused.length} of ${shipped.length} packages have no licence that is known to be permissive.`,
  );
  process.exit(1);
}
console.log(`${shipped.length} packages (${inBundle.size} in the dashboard), all permissive.`);
