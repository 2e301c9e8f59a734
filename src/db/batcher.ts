export interface BatcherOptions<Input, Output> {
  /** All or nothing, outputs in the order of the inputs. */
  all: (inputs: readonly Input[]) => Promise<readonly Output[]>;
  mostInABatch: number;
  /** A batch that is under way longer than this, behind somebody's lock, no longer makes the next one wait. */
  patienceMs: number;
  /** Batches under way in all. */
  mostAtOnce: number;
  /** Inputs that may wait; `whenFull` makes the error that any further one is refused with. */
  mostWaiting: number;
  whenFull: () => Error;
}

interface Waiting<Input, Output> {
  input: Input;
  resolve: (output: Output) => void;
  reject: (reason: unknown) => void;
}

/** An error that PostgreSQL reported, as against a lost or refused connection. */
const isFromServer = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  /^[0-9A-Z]{5}$/.test(String(error.code)) &&
  'severity' in error;

/**
 * Runs what arrives at the same time together: whoever comes first waits for nobody, whoever comes while a batch is under
 * way shares the next round trip and commit. One batch at a time makes the largest ones, and measured best. A batch that
 * PostgreSQL refuses is run again one by one, so that one bad input fails alone; inputs must therefore be safe to repeat
 * after a rollback.
 */
export function createBatcher<Input, Output>(
  options: BatcherOptions<Input, Output>,
): (input: Input) => Promise<Output> {
  const { all, mostInABatch, patienceMs, mostAtOnce, mostWaiting, whenFull } = options;
  const waiting: Waiting<Input, Output>[] = [];
  let underWay = 0;
  /** Batches under way that the next one waits for: 0 or 1. */
  let awaited = 0;

  const run = async (batch: Waiting<Input, Output>[]): Promise<void> => {
    try {
      const outputs = await all(batch.map(({ input }) => input));
      if (outputs.length !== batch.length)
        throw new Error(`a batch of ${batch.length} came back as ${outputs.length}`);
      for (const [index, { resolve }] of batch.entries()) resolve(outputs[index]!);
    } catch (error) {
      if (isFromServer(error) && batch.length > 1) await Promise.all(batch.map((entry) => run([entry])));
      else for (const { reject } of batch) reject(error);
    }
  };

  const pump = (): void => {
    while (waiting.length > 0 && awaited === 0 && underWay < mostAtOnce) {
      underWay += 1;
      awaited += 1;
      let isAwaited = true;
      const stopWaiting = (): void => {
        if (isAwaited) awaited -= 1;
        isAwaited = false;
        pump();
      };
      const patience = setTimeout(stopWaiting, patienceMs);
      void run(waiting.splice(0, mostInABatch)).finally(() => {
        clearTimeout(patience);
        underWay -= 1;
        stopWaiting();
      });
    }
  };

  return (input) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= mostWaiting) return reject(whenFull());
      waiting.push({ input, resolve, reject });
      pump();
    });
}
