import type { SyncRun } from '../api/items';
import { formatCount, formatDuration } from './format';
import type { StatusLook } from './status';

export const RUN_OUTCOME: Readonly<Record<SyncRun['outcome'], StatusLook>> = {
  synced: { tone: 'good', icon: 'check', label: 'Synced' },
  not_ready: { tone: 'quiet', icon: 'clock', label: 'Not ready at Plaid' },
  restarted: { tone: 'busy', icon: 'sync', label: 'Restarted' },
  rate_limited: { tone: 'warn', icon: 'clock', label: 'Rate limited' },
  failed: { tone: 'bad', icon: 'cross', label: 'Failed' },
  paused: { tone: 'bad', icon: 'pause', label: 'Paused' },
  deleted: { tone: 'quiet', icon: 'cross', label: 'Deleted at Plaid' },
  unconfirmed: { tone: 'warn', icon: 'alert', label: 'Unconfirmed' },
  superseded: { tone: 'quiet', icon: 'dashed', label: 'Superseded' },
  aborted: { tone: 'quiet', icon: 'dashed', label: 'Aborted' },
};

export const RUN_KIND: Readonly<Record<SyncRun['kind'], string>> = {
  update: 'Sync',
  resync: 'Full resync',
  probe: 'Probe',
};

/** What a run did, as a line of figures. */
export function runFigures(run: SyncRun): string {
  const figures = [
    run.kind === 'probe' ? null : `${formatCount(run.pages)} ${run.pages === 1 ? 'page' : 'pages'}`,
    run.added > 0 ? `${formatCount(run.added)} added` : null,
    run.modified > 0 ? `${formatCount(run.modified)} modified` : null,
    run.removed > 0 ? `${formatCount(run.removed)} removed` : null,
    run.outcome === 'synced' && run.added + run.modified + run.removed === 0 ? 'no changes' : null,
    run.restarts > 0 ? `${formatCount(run.restarts)} ${run.restarts === 1 ? 'restart' : 'restarts'}` : null,
    formatDuration(run.duration_ms),
  ];
  return figures.filter((figure) => figure !== null).join(' · ');
}
