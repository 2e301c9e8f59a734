import type { ItemAction } from './item-status.js';

/**
 * What an Item needs from a person although it still works:
 * - `PENDING_EXPIRATION`: the consent ends at the deadline (EU, UK)
 * - `PENDING_DISCONNECT`: the institution's connection ends at the deadline (US, CA)
 * - `NEW_ACCOUNTS_AVAILABLE`: the end user has accounts that were not shared
 * - `USER_ACCOUNT_REVOKED`: the end user withdrew one account, `reason` says which; shown until the list of accounts tells
 * These come from webhooks and are stored with the Item. Read from elsewhere:
 * - `RELINK_DOUBTFUL`: the Item may show the accounts of another one; `reason` names the relink that waits for a decision
 * - `RELINK_STOPPED`: the Item that supersedes this one was deleted, here or at Plaid, so nothing is synced; `reason` names the relink
 */
export const WEBHOOK_ATTENTION_CODES = [
  'PENDING_EXPIRATION',
  'PENDING_DISCONNECT',
  'NEW_ACCOUNTS_AVAILABLE',
  'USER_ACCOUNT_REVOKED',
] as const;
export const ATTENTION_CODES = [...WEBHOOK_ATTENTION_CODES, 'RELINK_DOUBTFUL', 'RELINK_STOPPED'] as const;
export type AttentionCode = (typeof ATTENTION_CODES)[number];

/** As it is stored with its Item; times are ISO 8601. */
export interface Attention {
  code: (typeof WEBHOOK_ATTENTION_CODES)[number];
  /** Plaid's reason, or the account_id that was withdrawn. */
  reason: string | null;
  deadline: string | null;
  since: string;
}

/** A verified webhook of the Item that no look has consumed. */
export interface ItemWebhook {
  code: string;
  receivedAt: string;
  body: Readonly<Record<string, unknown>>;
}

/** What Plaid says of the Item at this moment. */
export interface AttendedItem {
  healthy: boolean;
  /** /item/get's consent_expiration_time. */
  consentExpiresAt: Date | null;
}

/** Webhooks that make or end an attention; the bodies of others are not read. */
export const ATTENTION_WEBHOOKS: readonly string[] = [...WEBHOOK_ATTENTION_CODES, 'LOGIN_REPAIRED'].map(
  (code) => `ITEM:${code}`,
);

interface AttentionAdvice {
  action: ItemAction;
  message: string;
}

const ADVICE: Record<AttentionCode, AttentionAdvice> = {
  PENDING_EXPIRATION: {
    action: 'update_mode',
    message: 'The consent is about to end: take the end user through Link in update mode',
  },
  PENDING_DISCONNECT: {
    action: 'update_mode',
    message: "The institution's connection is about to end: take the end user through Link in update mode",
  },
  NEW_ACCOUNTS_AVAILABLE: {
    action: 'update_mode',
    message:
      'The end user has accounts that are not shared yet: offer Link in update mode with update.account_selection_enabled.',
  },
  USER_ACCOUNT_REVOKED: {
    action: 'wait',
    message: 'The end user withdrew an account at the bank; its state is being checked.',
  },
  RELINK_DOUBTFUL: {
    action: 'decide',
    message:
      'This Item may show the same accounts as another one, whose transactions are then there twice: see GET /api/relinks, then accept or reject.',
  },
  RELINK_STOPPED: {
    action: 'decide',
    message:
      'The Item that superseded this one was deleted, here or at Plaid, so these accounts are not synced: have the end user link them, and post the new Item or that one again; or delete that one with erase=true, which brings this one back; or revert the relink, which shows twice what both have.',
  },
};

const ENDS: readonly AttentionCode[] = ['PENDING_EXPIRATION', 'PENDING_DISCONNECT'];

/** What to do about it. Plaid does not always say when a consent or connection ends. */
export function attentionAdvice({
  code,
  deadline,
}: {
  code: AttentionCode;
  deadline: string | null;
}): AttentionAdvice {
  const { action, message } = ADVICE[code];
  if (!ENDS.includes(code)) return { action, message };
  return { action, message: `${message} ${deadline === null ? 'soon' : 'before the deadline'}.` };
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** ISO 8601 in UTC, or null for what is no time. */
function time(value: unknown): string | null {
  const at = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isFinite(at) ? new Date(at).toISOString() : null;
}

function attentionOf({ code, body, receivedAt }: ItemWebhook): Attention | null {
  const entry = { reason: null, deadline: null, since: receivedAt };
  switch (code) {
    case 'PENDING_EXPIRATION':
      return { ...entry, code, deadline: time(body.consent_expiration_time) };
    case 'PENDING_DISCONNECT':
      return { ...entry, code, reason: text(body.reason), deadline: time(body.disconnect_time) };
    case 'NEW_ACCOUNTS_AVAILABLE':
      return { ...entry, code };
    case 'USER_ACCOUNT_REVOKED':
      return text(body.account_id) === null ? null : { ...entry, code, reason: text(body.account_id) };
    default:
      return null;
  }
}

const isSame = (a: Attention, b: Attention): boolean =>
  a.code === b.code && (a.code !== 'USER_ACCOUNT_REVOKED' || a.reason === b.reason);

/**
 * A look may see a webhook twice: what is there already stays since when it was. A webhook that does not tell when (Plaid left
 * it out, or it is no time) takes no deadline away that is still to come.
 */
function taken(entries: readonly Attention[], entry: Attention): Attention[] {
  const known = entries.find((each) => isSame(each, entry));
  const rest = entries.filter((each) => each !== known);
  if (!known) return [...rest, entry];
  const isAhead = known.deadline !== null && Date.parse(known.deadline) > Date.parse(entry.since);
  return [
    ...rest,
    { ...entry, since: known.since, deadline: entry.deadline ?? (isAhead ? known.deadline : null) },
  ];
}

/**
 * The Item's attention after webhooks, in the order of their receipt, and after what /item/get has just said. A repair ends
 * what came before it; a later consent ends the expiration; a deadline that has passed while the Item works ends its entry.
 */
export function attentionAfter(
  current: readonly Attention[],
  webhooks: readonly ItemWebhook[],
  item: AttendedItem,
  now: number,
): Attention[] {
  let entries = [...current];
  for (const webhook of webhooks) {
    if (webhook.code === 'LOGIN_REPAIRED')
      entries = entries.filter(
        (entry) => entry.code === 'USER_ACCOUNT_REVOKED' || entry.since > webhook.receivedAt,
      );
    const entry = attentionOf(webhook);
    if (entry) entries = taken(entries, entry);
  }
  return entries.filter(({ code, deadline }) => {
    if (deadline === null) return true;
    const at = Date.parse(deadline);
    if (
      code === 'PENDING_EXPIRATION' &&
      item.consentExpiresAt !== null &&
      item.consentExpiresAt.getTime() > at
    )
      return false;
    return !item.healthy || at > now;
  });
}

/**
 * The Item's attention after its whole list of accounts has been read, and the accounts that the end user has indeed
 * withdrawn: those that a webhook named and the list no longer holds.
 * @param known account_ids before; @param listed account_ids now
 */
export function attentionAfterAccounts(
  current: readonly Attention[],
  known: ReadonlySet<string>,
  listed: readonly string[],
): { attention: Attention[]; revoked: string[] } {
  const revoked = current.flatMap(({ code, reason }) =>
    code === 'USER_ACCOUNT_REVOKED' && reason !== null && !listed.includes(reason) ? [reason] : [],
  );
  const grown = known.size > 0 && listed.some((id) => !known.has(id));
  const attention = current.filter(
    ({ code }) => code !== 'USER_ACCOUNT_REVOKED' && !(grown && code === 'NEW_ACCOUNTS_AVAILABLE'),
  );
  return { attention, revoked };
}
