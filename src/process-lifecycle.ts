/**
 * Calls `stop` once, on SIGTERM or SIGINT, or when a supervisor's pipe on stdin closes (`supervised`): a killed supervisor
 * leaves no orphans. A second signal ends the process at once.
 */
export function onStopRequest(supervised: boolean, stop: () => void): void {
  let asked = false;
  const request = (): void => {
    if (asked) process.exit(1);
    asked = true;
    stop();
  };
  process.on('SIGTERM', request);
  process.on('SIGINT', request);
  if (supervised) {
    // A supervisor signals first and closes the pipe after it: only a first request counts from here.
    const orphaned = (): void => {
      if (!asked) request();
    };
    process.stdin.on('end', orphaned).on('error', orphaned);
    process.stdin.resume();
  }
}
