import type { OwnedRow } from '../domain/task-priority.js';
import { failpoint } from '../failpoints.js';
import type { Logger } from '../logger.js';
import { createCircuit } from './circuit.js';
import type { ItemSignals } from './item-signals.js';
import type { SignalSender } from './signal-sender.js';

/** Since the start of the process; for metrics. What was not delivered is left to the sweep. */
export interface SignalCounts {
  /** Accepted into the queue. */
  taken: number;
  /** Joined one for the same Item that was still waiting. */
  coalesced: number;
  delivered: number;
  /** Temporal refused or did not answer within the deadline. */
  failed: number;
  /** The queue was full, or closed. */
  dropped: number;
  /** Waited so long, while Temporal was away, that the sweep has taken over. */
  expired: number;
}

export interface SignalQueue extends ItemSignals {
  counts(): Readonly<SignalCounts>;
  /** Waiting and under way. */
  size(): number;
  /** For shutdown: takes no more, gives up what waits for an absent Temporal, resolves when the calls under way have ended. */
  close(): Promise<void>;
}

export interface SignalQueueDeps {
  sender: SignalSender;
  logger: Logger;
  /** The deadline of one call: SIGNAL_DEADLINE. Guards the sender's own. */
  deadlineMs: number;
  /** SIGNAL_STALE_AFTER: from then on the sweep repeats the signal. */
  staleAfterMs: number;
  capacity?: number;
  concurrency?: number;
  circuit?: { failuresToOpen: number; firstPauseMs: number; longestPauseMs: number };
}

type Kind = 'look' | 'forward' | 'audit' | 'integration_audit';

interface Entry extends OwnedRow {
  kind: Kind;
  takenAt: number;
}

const CIRCUIT = { failuresToOpen: 5, firstPauseMs: 1_000, longestPauseMs: 10_000 };
/** Times the deadline: for what the sender's own does not cover, its waits between retries or a lookup of the host name. */
const GUARD = 1.5;

export function createSignalQueue(deps: SignalQueueDeps): SignalQueue {
  const { sender, logger, deadlineMs, staleAfterMs, capacity = 10_000, concurrency = 16 } = deps;
  const circuit = createCircuit(deps.circuit ?? CIRCUIT);
  // A Map is a queue that finds its entries: insertion order, one entry per key.
  const waiting = new Map<string, Entry>();
  const counts: SignalCounts = { taken: 0, coalesced: 0, delivered: 0, failed: 0, dropped: 0, expired: 0 };
  let underWay = 0;
  let closed = false;
  let pumping = false;
  let wake: NodeJS.Timeout | undefined;
  let idle: (() => void)[] = [];

  const settleIfIdle = (): void => {
    if (underWay > 0 || waiting.size > 0) return;
    for (const resolve of idle) resolve();
    idle = [];
  };

  const withGuard = (call: Promise<void>): Promise<void> => {
    let timer: NodeJS.Timeout;
    const guard = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer within the deadline')), deadlineMs * GUARD);
    });
    return Promise.race([call, guard]).finally(() => clearTimeout(timer));
  };

  const calls: Record<Kind, (row: OwnedRow) => Promise<void>> = {
    look: (item) => sender.look(item),
    forward: (webhook) => sender.forward(webhook),
    audit: (item) => sender.audit({ kind: 'item', ...item }),
    integration_audit: (integration) => sender.audit({ kind: 'integration', ...integration }),
  };

  const send = async ({ kind, id, organizationId }: Entry): Promise<void> => {
    circuit.started();
    try {
      await failpoint('signal.before_send');
      await withGuard(calls[kind]({ id, organizationId }));
      if (circuit.isOpen()) logger.info('Temporal takes signals again');
      circuit.succeeded();
      counts.delivered += 1;
    } catch (error) {
      const wasOpen = circuit.isOpen();
      circuit.failed();
      counts.failed += 1;
      const reason = error instanceof Error ? error.message : String(error);
      if (!wasOpen && circuit.isOpen())
        logger.warn({ reason }, 'Temporal does not take signals; the sweep will repeat them');
      else logger.debug({ kind, id, reason }, 'signal not delivered');
    }
  };

  const wakeAfter = (ms: number): void => {
    clearTimeout(wake);
    wake = setTimeout(pump, ms).unref();
  };

  /** What has waited too long is the sweep's; without this an outage would end in a burst of double signals. */
  const expire = (): void => {
    const oldest = Date.now() - staleAfterMs;
    for (const [key, entry] of waiting) {
      if (entry.takenAt > oldest) return;
      waiting.delete(key);
      counts.expired += 1;
    }
  };

  const dropWaiting = (): void => {
    counts.dropped += waiting.size;
    waiting.clear();
  };

  function pump(): void {
    pumping = false;
    expire();
    while (underWay < concurrency) {
      const next = waiting.entries().next();
      if (next.done) break;
      const waitMs = circuit.waitMs();
      if (waitMs > 0) {
        if (closed) dropWaiting();
        else if (waitMs < Infinity) wakeAfter(waitMs);
        break;
      }
      const [key, entry] = next.value;
      waiting.delete(key);
      underWay += 1;
      void send(entry).finally(() => {
        underWay -= 1;
        pump();
      });
    }
    settleIfIdle();
  }

  const take = (kind: Kind, { id, organizationId }: OwnedRow): void => {
    const key = `${kind}/${id}`;
    if (waiting.has(key)) {
      counts.coalesced += 1;
      return;
    }
    if (closed || waiting.size >= capacity) {
      counts.dropped += 1;
      return;
    }
    counts.taken += 1;
    waiting.set(key, { kind, id, organizationId, takenAt: Date.now() });
    // Later in this turn of the loop: the HTTP answer that the caller is about to write goes first.
    if (pumping) return;
    pumping = true;
    setImmediate(pump);
  };

  const drained = (): Promise<void> =>
    new Promise((resolve) => {
      idle.push(resolve);
      settleIfIdle();
    });

  return {
    look: (item) => take('look', item),
    forward: (webhook) => take('forward', webhook),
    audit: ({ kind, ...subject }) => take(kind === 'item' ? 'audit' : 'integration_audit', subject),
    drained,
    counts: () => ({ ...counts }),
    size: () => waiting.size + underWay,
    async close() {
      closed = true;
      clearTimeout(wake);
      pump();
      await drained();
    },
  };
}
