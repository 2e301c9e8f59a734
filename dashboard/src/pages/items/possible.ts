import type { ItemDetails } from '../../api/items';

interface Possible {
  /** Whether it is synced, or would be if nothing were wrong. */
  isSynced: boolean;
  canResume: boolean;
  /** Whether Plaid can be asked about it at all; what is stored can be removed and erased nevertheless. */
  canAsk: boolean;
}

/** What the API does not refuse, by what has become of an Item. */
export function possibleFor({
  integration,
  desired_state,
  status,
  superseded_by_item_id,
}: ItemDetails): Possible {
  const canAsk = !integration.deleted && desired_state !== 'disabled' && status !== 'deleted_in_plaid';
  return {
    canAsk,
    isSynced: canAsk && status !== 'sync_disabled',
    canResume: canAsk && desired_state === 'paused' && superseded_by_item_id === null,
  };
}
