/**
 * The product's settings in a run. Waits are short, so that a run of minutes sees what takes hours otherwise; the one that
 * would hide a loss is long.
 */
export const SETTINGS: Readonly<Record<string, string>> = {
  // Long: an Item that is synced for its time's sake alone would hide a lost webhook, signal or generation.
  RECONCILE_INTERVAL: '1h',
  // Long as well: an Item that heals is found by its webhook or by the user's refresh.
  PROBE_INTERVAL: '1h',
  // What repairs lost signals, workflows and forwards: its round is what quiet waits for.
  SWEEP_INTERVAL: '2s',
  SIGNAL_STALE_AFTER: '3s',
  SIGNAL_DEADLINE: '500ms',
  // Below the 30 s that the simulator may leave a call waiting for.
  PLAID_TIMEOUT: '8s',
  PLAID_CHECK_TIMEOUT: '3s',
  QUICK_SYNC_TIMEOUT: '2s',
  NOT_READY_FIRST_WAIT: '500ms',
  NOT_READY_LONGEST_WAIT: '2s',
  // Longer than any run: no Item falls back to the reconcile interval before its history has come.
  NOT_READY_WINDOW: '2h',
  // Full resyncs must happen within a run: after 8 restarts over seconds instead of minutes.
  RESTART_FIRST_WAIT: '100ms',
  RESTART_LONGEST_WAIT: '1s',
  RESTART_WINDOW: '3s',
  RESTART_MINIMUM: '8',
  RESYNC_CONFIRM_AFTER: '2s',
  RETRY_FIRST_WAIT: '200ms',
  RETRY_LONGEST_WAIT: '2s',
  RETRY_SLOW_WAIT: '1s',
  RATE_LIMIT_WAIT: '1s',
  // Budgets are kept, and hold nothing up unless the simulator refuses.
  PLAID_RATE_SCALE: '100',
  FORWARD_TIMEOUT: '5s',
  FORWARD_FIRST_WAIT: '500ms',
  FORWARD_LONGEST_WAIT: '3s',
  FORWARD_WINDOW: '1d',
  FORWARD_ALLOW_PRIVATE: 'on',
  SHUTDOWN_GRACE: '5s',
  // Few: a lost connection must matter, and leaks must show.
  DATABASE_POOL_MAX: '8',
  WORKER_CONCURRENCY: '30',
  LOG_LEVEL: 'info',
};

/** The simulator's: virtual time runs as real time does, but what Plaid repeats after minutes comes after seconds. */
export const SIMULATOR_SETTINGS: Readonly<Record<string, string>> = {
  SIMULATOR_INITIAL_DELAY: '1s',
  SIMULATOR_HISTORICAL_DELAY: '4s',
  // Logins break when the run says so.
  SIMULATOR_LOGIN_EXPIRES: '0',
  SIMULATOR_WEBHOOK_TIMEOUT: '10s',
  SIMULATOR_WEBHOOK_RETRY_DELAY: '1s',
};
