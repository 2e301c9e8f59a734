import type { InboxWebhook, ReplayResult } from '../api/inbox';
import { Status, type StatusLook } from './status';

/** What became of a webhook, in a word: its verdict where it was not believed, else its state. */
function webhookLook({ verdict, state }: Pick<InboxWebhook, 'verdict' | 'state'>): StatusLook {
  if (verdict === 'rejected' || state === 'rejected')
    return { tone: 'bad', icon: 'cross', label: 'Rejected' };
  switch (state) {
    case 'unmatched':
      return { tone: 'warn', icon: 'alert', label: 'Unmatched' };
    case 'stopped':
      return { tone: 'quiet', icon: 'pause', label: 'Item not syncing' };
    case 'waiting':
      return { tone: 'busy', icon: 'clock', label: 'Waiting' };
    case 'consumed':
      return { tone: 'good', icon: 'check', label: verdict === 'stale' ? 'Consumed, old' : 'Consumed' };
  }
}

export const WEBHOOK_STATE_HELP: Readonly<Record<InboxWebhook['state'], string>> = {
  waiting: 'It is verified; the next look at its Item takes it in.',
  consumed: 'A look at its Item has taken it in.',
  unmatched: 'Its Item is not linked here (yet). Once it is, this webhook counts.',
  stopped: 'Its Item is not synced any more.',
  rejected: 'It is not believed to come from Plaid, and changes nothing. Kept for diagnosis.',
};

/** What came of a replay. */
export const REPLAY_OUTCOME: Readonly<Record<ReplayResult['outcome'], string>> = {
  replayed: 'Replayed. Its Item is being checked.',
  unmatched: 'Its Item is not linked: nothing to look at.',
  stopped: 'Its Item is not synced any more.',
  superseded: 'Its Item rests for a newer one, so nothing was asked.',
  still_rejected: 'It was verified again and is still rejected.',
  key_unavailable: 'Plaid did not give its key. Try again in a moment.',
  body_shortened: 'Only a part of its body was kept, so it cannot be verified again.',
};

export function WebhookStatus({ webhook }: { webhook: Pick<InboxWebhook, 'verdict' | 'state'> }) {
  return <Status {...webhookLook(webhook)} />;
}
