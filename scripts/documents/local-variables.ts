/** Variables of `npm start` and `npm run demo` alone; local/config.ts reads them. */
export const LOCAL_VARIABLES: Readonly<Record<string, { fallback: string; doc: string }>> = {
  ARDEA_DATA_DIR: {
    fallback: '.ardea',
    doc: 'Where `npm start` keeps the database, generated keys and logs.',
  },
  ARDEA_CACHE_DIR: {
    fallback: '~/.cache/ardea',
    doc: 'Where the Temporal server is kept after it was downloaded or built.',
  },
  POSTGRES_PORT: { fallback: '5433', doc: 'Port of the embedded PostgreSQL.' },
  TEMPORAL_PORT: { fallback: '7233', doc: 'Port of the Temporal dev server.' },
  TEMPORAL_UI_PORT: { fallback: '8233', doc: "Port of Temporal's Web UI." },
  TEMPORAL_CLI_PATH: { fallback: '', doc: 'A `temporal` binary to use instead of a downloaded one.' },
  SIMULATOR_PORT: {
    fallback: '3002',
    doc: 'Port of the simulator; its other variables are in docs/simulator.md.',
  },
  ARDEA_URL: { fallback: '', doc: '`npm run demo` against this API instead of the local one.' },
  ARDEA_API_KEY: { fallback: '', doc: 'API key for that.' },
  SIMULATOR_URL: { fallback: '', doc: 'Simulator for that.' },
};
