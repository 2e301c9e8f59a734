import react from '@vitejs/plugin-react';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

/** The browser compares this file with its own build to learn that a newer dashboard is served. */
const versionFile = (): Plugin => ({
  name: 'ardea-version-file',
  generateBundle(_options, bundle) {
    // The entry's name holds the hash of all that it imports.
    const entries = Object.values(bundle).filter((file) => file.type === 'chunk' && file.isEntry);
    const build = createHash('sha256')
      .update(entries.map((file) => file.fileName).join('\n'))
      .digest('hex')
      .slice(0, 16);
    this.emitFile({ type: 'asset', fileName: 'version.json', source: JSON.stringify({ build }) });
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
