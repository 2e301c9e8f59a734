import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

export interface EmptyInput {
  id: string;
  local: boolean;
}

export interface EmptyActivities {
  /** Does nothing but say that it ran. */
  nothing(id: string): Promise<void>;
}

export const pokeSignal = defineSignal('poke');

const { nothing } = proxyActivities<EmptyActivities>({ startToCloseTimeout: '1 minute' });
const { nothing: nothingLocally } = proxyLocalActivities<EmptyActivities>({
  startToCloseTimeout: '8 seconds',
});

/** The least that a durable workflow per Item can be: a signal, an activity, and waiting for the next signal. */
export async function emptyWorkflow(input: EmptyInput): Promise<void> {
  let poked = true;
  setHandler(pokeSignal, () => {
    poked = true;
  });
  for (;;) {
    await condition(() => poked);
    poked = false;
    await (input.local ? nothingLocally(input.id) : nothing(input.id));
    if (!poked && workflowInfo().historyLength > 1_000) break;
  }
  await condition(() => poked);
  return continueAsNew<typeof emptyWorkflow>(input);
}
