export interface BatcherOptions<Input, Output> {
  /** All or nothing, outputs in the order of the inputs. */
  all: (inputs: readonly Input[]) => Promise<readonly Output[]>;
  mostInABatch: number;
  /** While so many are under way, arrivals wait and form the next batch. */
  batchesAtOnce: number;
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
 * Runs what arrives at the same time together: whoever comes first waits for nobody, whoever comes while others are under
 * way shares the next round trip and commit. A batch that PostgreSQL refuses is run again one by one, so that one bad input
 * fails alone; inputs must therefore be safe to repeat after a rollback.
 */
export function createBatcher<Input, Output>(
  options: BatcherOptions<Input, Output>,
): (input: Input) => Promise<Output> {
  const { all, mostInABatch, batchesAtOnce } = options;
  const waiting: Waiting<Input, Output>[] = [];
  let underWay = 0;

  const run = async (batch: Waiting<Input, Output>[]): Promise<void> => {
    try {
      const outputs = await all(batch.map(({ input }) => input));
      if (outputs.length !== batch.length)
        throw new Error(`a batch of ${batch.length} came back as ${outputs.length}`);
      for (const [index, { resolve }] of batch.entries()) resolve(outputs[index]!);
    } catch (error) {
      if (isFromServer(error) && batch.length > 1) for (const entry of batch) await run([entry]);
      else for (const { reject } of batch) reject(error);
    }
  };

  const pump = (): void => {
    while (underWay < batchesAtOnce && waiting.length > 0) {
      underWay += 1;
      void run(waiting.splice(0, mostInABatch)).finally(() => {
        underWay -= 1;
        pump();
      });
    }
  };

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      pump();
    });
}
