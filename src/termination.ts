/**
 * SIGTERM and SIGINT; under a supervisor also the end of stdin, which tells that the supervisor is gone. A second signal
 * ends the process at once.
 */
export function awaitTermination({ supervised }: { supervised: boolean }): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (reason: string): void => {
      if (asked) process.exit(1);
      asked = true;
      resolve(reason);
    };
    process.on('SIGTERM', () => ask('SIGTERM'));
    process.on('SIGINT', () => ask('SIGINT'));
    if (!supervised) return;
    process.stdin.resume();
    // Watched, but no reason to stay: a program that has ended its work ends although its supervisor holds the pipe.
    process.stdin.unref();
    process.stdin.on('error', () => undefined);
    process.stdin.once('close', () => {
      if (!asked) ask('the supervisor is gone');
    });
  });
}
