/**
 * Kinds of things that change under the eyes of those who look at them. `reset` is none of them: more has changed than is
 * told one by one.
 */
export const LIVE_EVENT_TYPES = [
  'item',
  'transactions',
  'webhook',
  'integration',
  'end_user',
  'audit',
  'relink',
  'reset',
] as const;
export type LiveEventType = (typeof LIVE_EVENT_TYPES)[number];

/** That something has changed, never what: whoever shows it reads it anew. Ids are row ids but for the Item's. */
export interface LiveEvent {
  type: LiveEventType;
  /** Of the webhook, audit or relink. */
  id?: string;
  /** Plaid's item_id. */
  item?: string;
  integration?: string;
  endUser?: string;
}
