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
  },
  server: { proxy: { '/api': api, '/webhooks': api } },
});
