import react from '@vitejs/plugin-react';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { defineConfig, type HtmlTagDescriptor, type Plugin, type Rolldown } from 'vite';

/** The names of what is built hold a hash of what is in it: together they say which build it is. */
const buildOf = (bundle: Rolldown.OutputBundle): string =>
  createHash('sha256')
    .update(
      Object.keys(bundle)
        .filter((name) => /\.(?:js|css)$/.test(name))
        .sort()
        .join('\n'),
    )
    .digest('hex')
    .slice(0, 16);

/** The page knows its own build, and compares it with this file to learn that a newer dashboard is served. */
const versionFile = (): Plugin => ({
  name: 'ardea-version-file',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle }) =>
      bundle === undefined
        ? []
        : [{ tag: 'meta', attrs: { name: 'ardea-build', content: buildOf(bundle) }, injectTo: 'head' }],
  },
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      const source = JSON.stringify({ build: buildOf(bundle) });
      this.emitFile({ type: 'asset', fileName: 'version.json', source });
    },
  },
});

/** Fetched along with the program that will ask for it, not once that has run: who is logged in, the frame and the font. */
const fetchedAhead = (): Plugin => ({
  name: 'ardea-fetched-ahead',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle = {} }) => {
      const link = (attrs: Record<string, string | boolean>): HtmlTagDescriptor => ({
        tag: 'link',
        attrs,
        injectTo: 'head',
      });
      const files = Object.values(bundle);
      const frame = files.find((file) => file.type === 'chunk' && file.name === 'frame');
      const font = files.find(({ fileName }) => /inter-latin-wght.*\.woff2$/.test(fileName));
      return [
        link({ rel: 'preload', href: '/api/session', as: 'fetch', crossorigin: true }),
        ...(frame === undefined
          ? []
          : [link({ rel: 'modulepreload', crossorigin: true, href: `/${frame.fileName}` })]),
        ...(font === undefined
          ? []
          : [
              link({
                rel: 'preload',
                href: `/${font.fileName}`,
                as: 'font',
                type: 'font/woff2',
                crossorigin: true,
              }),
            ]),
      ];
    },
  },
});

const OWN = fileURLToPath(new URL('dashboard/src/', import.meta.url));
const FRAME = [
  'shell/shell.tsx',
  'pages/overview/overview-page.tsx',
  'pages/items/items-page.tsx',
  'pages/end-users/end-users-page.tsx',
  'pages/transactions/transactions-page.tsx',
  'pages/inbox/inbox-page.tsx',
];
const PANEL = ['pages/transactions/transaction-drawer.tsx'];
const LATER = ['shell/later.ts'];

interface Graph {
  getModuleInfo: (id: string) => { importedIds: readonly string[] } | null;
}

/** Our modules that these need at once. */
function reachOf(files: readonly string[], graph: Graph): Set<string> {
  const reached = new Set<string>();
  const reach = (id: string): void => {
    if (!id.startsWith(OWN) || reached.has(id)) return;
    reached.add(id);
    for (const next of graph.getModuleInfo(id)?.importedIds ?? []) reach(next);
  };
  for (const file of files) reach(`${OWN}${file}`);
  return reached;
}

/**
 * One file of these modules and of what they need of the libraries. Left to themselves they are dozens, and a request takes
 * longer than to run what most of them hold.
 */
function fileOf(name: string, files: readonly string[]) {
  let modules: Set<string> | undefined;
  return {
    name: (id: string, graph: Graph) => ((modules ??= reachOf(files, graph)).has(id) ? name : null),
    debugName: name,
  };
}

/** Where `npx vite` passes the API's paths on to: under its own host, which is what the API compares a page's origin with. */
const api = { target: process.env['ARDEA_URL'] ?? 'http://localhost:3000', changeOrigin: false };

export default defineConfig({
  root: fileURLToPath(new URL('dashboard', import.meta.url)),
  plugins: [react(), versionFile(), fetchedAhead()],
  build: {
    outDir: fileURLToPath(new URL('dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    // The page's policy allows neither data: fonts nor inline scripts.
    assetsInlineLimit: 0,
    // A program waits for its styles: those of all pages are a few kilobytes more, and no request of their own.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    license: { fileName: 'licences.md' },
    // React with the router and Mantine's foundation; every page needs it.
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'base', tags: ['$initial'], priority: 3 },
            { ...fileOf('frame', FRAME), priority: 2 },
            { ...fileOf('panel', PANEL), priority: 1 },
            { ...fileOf('later', LATER), priority: 0 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': api, '/webhooks': api } },
});
