import react from '@vitejs/plugin-react';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type Rolldown } from 'vite';

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

const OWN = fileURLToPath(new URL('dashboard/src/', import.meta.url));
const SHELL = `${OWN}shell/shell.tsx`;
const LISTS = [
  'overview/overview-page',
  'items/items-page',
  'end-users/end-users-page',
  'transactions/transactions-page',
  'inbox/inbox-page',
].map((page) => `${OWN}pages/${page}.tsx`);

interface Graph {
  getModuleInfo: (id: string) => { importedIds: readonly string[] } | null;
}

let frame: Set<string> | undefined;

/**
 * Our modules that the shell or more than one of the lists needs at once. In one file with what they need of the libraries:
 * as files of their own they are thirty requests, whose headers are longer than what most of them hold.
 */
function frameOf(graph: Graph): Set<string> {
  const reach = (id: string, reached = new Set<string>()): Set<string> => {
    if (!id.startsWith(OWN) || reached.has(id)) return reached;
    reached.add(id);
    for (const next of graph.getModuleInfo(id)?.importedIds ?? []) reach(next, reached);
    return reached;
  };
  const lists = LISTS.map((page) => reach(page));
  const shared = lists.flatMap((one, index) =>
    [...one].filter((id) => lists.some((other, at) => at > index && other.has(id))),
  );
  return new Set([...reach(SHELL), ...shared]);
}

/** Where `npx vite` passes the API's paths on to: under its own host, which is what the API compares a page's origin with. */
const api = { target: process.env['ARDEA_URL'] ?? 'http://localhost:3000', changeOrigin: false };

export default defineConfig({
  root: fileURLToPath(new URL('dashboard', import.meta.url)),
  plugins: [react(), versionFile()],
  build: {
    outDir: fileURLToPath(new URL('dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    // The page's policy allows neither data: fonts nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: 'licences.md' },
    // React with the router and Mantine's foundation; every page needs it.
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'base', tags: ['$initial'], priority: 1 },
            {
              name: (id, graph) => ((frame ??= frameOf(graph)).has(id) ? 'frame' : null),
              debugName: 'frame',
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': api, '/webhooks': api } },
});
