import type { OwnedRow } from '../domain/task-priority.js';
import type { AuditSubjectRef } from './signal-sender.js';

/**
 * The way from a commit to the item workflow. `look` returns at once: the HTTP answer never waits for Temporal. What the
 * bounded queue drops, or Temporal does not take within the deadline, is left to the sweep, which reads it from PostgreSQL.
 */
export interface ItemSignals {
  /** Signal-with-start of the Item's workflow; `id` is the row's UUID. Call it after the commit. */
  look(item: OwnedRow): void;
  /** Starts the forward of an inbox row to the integrator's own webhook URL. */
  forward(webhook: OwnedRow): void;
  /** Starts the audits that an Item or an integration is owed. */
  audit(subject: AuditSubjectRef): void;
  /** Resolves when nothing is queued or under way: for shutdown and tests. */
  drained(): Promise<void>;
}
