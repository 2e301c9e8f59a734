/**
 * The whole state of an item workflow between two activities: plain JSON, because it is the query's answer and the
 * argument of continue-as-new. Everything that must not be lost lives in PostgreSQL; this may be thrown away any time.
 */
export interface ItemWorkflowState {
  version: 1;
  /** Set by the look signal, cleared right before the Item is looked at. */
  look: boolean;
  /** `syncing`, `waiting`, `paused` or `stopped`: for readers of the Temporal UI. */
  phase: 'syncing' | 'waiting' | 'paused' | 'stopped';
  /** Status of the contract, as the last activity reported it. */
  status: string;
  /** Why, and what to do, when a person is needed. */
  detail: string | null;
  /** Epoch milliseconds of the next look without a signal; null: none planned. */
  wakeAt: number | null;
  /** Activities run by this chain of executions. */
  syncs: number;
}

export const initialItemState = (): ItemWorkflowState => ({
  version: 1,
  look: true,
  phase: 'syncing',
  status: 'pending',
  detail: null,
  wakeAt: null,
  syncs: 0,
});
