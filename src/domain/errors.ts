/**
 * The error catalogue: every error that Ardea answers or records has one row here. `docs/errors.md` is generated from it.
 * `status` is the HTTP status, `way_out` tells the reader what to do. Compare errors by `code`, never by `instanceof`
 * across a workflow boundary.
 */
export const ERRORS = {
  'request.invalid': {
    status: 422,
    wayOut: 'Correct the fields that the description names and send the request again.',
  },
  'request.malformed_json': {
    status: 400,
    wayOut: 'Send a JSON object with Content-Type: application/json.',
  },
  'request.too_large': { status: 413, wayOut: 'Send a smaller body.' },
  'request.unsupported_media_type': { status: 415, wayOut: 'Send JSON with Content-Type: application/json.' },
  'request.method_not_allowed': { status: 405, wayOut: 'Use one of the methods in the Allow header.' },
  'auth.missing': {
    status: 401,
    wayOut:
      'Send the API key in the x-api-key header, or as the password of HTTP Basic; or log in to the dashboard.',
  },
  'auth.invalid': { status: 401, wayOut: 'Check the API key; it may have been deactivated.' },
  'auth.forbidden': {
    status: 403,
    wayOut: 'Ask an administrator of your organisation for the role that the description names.',
  },
  'auth.cross_site': {
    status: 403,
    wayOut:
      'A write with a session is taken from the dashboard’s own pages only: its Origin must be that of PUBLIC_URL, or of the host that is asked. Programs use an API key.',
  },
  'session.missing': { status: 401, wayOut: 'Log in: POST /api/session.' },
  'session.expired': {
    status: 401,
    wayOut: 'The session has ended: log in again. A change of password or role ends sessions, too.',
  },
  'session.needed': {
    status: 403,
    wayOut:
      'Users, sessions and API keys are managed by a person: log in to the dashboard instead of sending an API key.',
  },
  'session.unconfirmed': {
    status: 403,
    wayOut: 'Confirm with your password (POST /api/session/confirm) and send the request again.',
  },
  'session.wrong_credentials': { status: 401, wayOut: 'E-mail address or password is wrong.' },
  'session.wrong_password': { status: 422, wayOut: 'This is not your password.' },
  'session.too_many_attempts': {
    status: 429,
    wayOut:
      'Too many attempts: try again after the seconds in Retry-After. An administrator can give you a link to set a new password.',
  },
  'user.not_found': { status: 404, wayOut: 'List the users with GET /api/users.' },
  'user.exists': { status: 409, wayOut: 'There is a user with this e-mail address already.' },
  'user.inactive': { status: 409, wayOut: 'Activate the user first.' },
  'user.last_admin': {
    status: 409,
    wayOut: 'Make somebody else an administrator first: nobody could manage users any more.',
  },
  'invite.not_found': { status: 404, wayOut: 'Copy the whole link, or ask an administrator for a new one.' },
  'invite.used': {
    status: 410,
    wayOut: 'This link was used already: log in with the password that was set.',
  },
  'invite.expired': { status: 410, wayOut: 'This link has expired: ask an administrator for a new one.' },
  'invite.withdrawn': {
    status: 410,
    wayOut: 'This link was withdrawn, or a newer one has taken its place: ask an administrator.',
  },
  'api_key.not_found': { status: 404, wayOut: 'List the keys with GET /api/api_keys.' },
  'route.not_found': { status: 404, wayOut: 'Compare the path with /api/docs.' },
  'integration.not_found': { status: 404, wayOut: 'List your integrations with GET /api/integrations.' },
  'integration.in_use': {
    status: 409,
    wayOut: 'Delete its links first, or pass force=true to stop syncing all of them.',
  },
  'integration.keys_rejected': {
    status: 422,
    wayOut: 'Copy client_id and secret of the right environment from the Plaid dashboard.',
  },
  'end_user.not_found': { status: 404, wayOut: 'List your end users with GET /api/end_users.' },
  'end_user.exists': { status: 409, wayOut: 'Use PUT /api/end_users to change it.' },
  'link.not_found': { status: 404, wayOut: 'Post the Item to the link URL first.' },
  'link.other_end_user': {
    status: 409,
    wayOut: 'Post the Item with the end_user_id that it was linked with.',
  },
  'link.other_integration': {
    status: 409,
    wayOut:
      'Delete the link of the other integration first; its data stays, and the Item is read anew through this one.',
  },
  'link.superseded': {
    status: 409,
    wayOut:
      'The same accounts were linked again as a newer Item (superseded_by_item_id), for which this one rests. If this one is to be synced, revert the relink: GET /api/relinks, then POST /api/relinks/{heron_id}/revert.',
  },
  'relink.not_found': { status: 404, wayOut: 'List the relinks with GET /api/relinks.' },
  'relink.not_decidable': {
    status: 409,
    wayOut:
      'Accept a relink that is doubtful, rejected or reverted; reject one that is doubtful; revert one that is superseded. One that has ended can no longer be decided: an Item of it was erased.',
  },
  'relink.new_item_stopped': {
    status: 409,
    wayOut:
      'The new Item was deleted, here or at Plaid: superseding the old one would leave the accounts without a sync. Post the new Item to the link URL again and accept then; or reject the relink, or delete the new Item with erase=true.',
  },
  'link.token_unconfirmed': {
    status: 503,
    wayOut:
      'Plaid did not confirm the new token in time. The Item goes on with the one it has; send the new one again.',
  },
  'link.token_mismatch': {
    status: 422,
    wayOut:
      'Send the access_token that /item/public_token/exchange returned for this item_id, from the environment of this integration.',
  },
  'link.not_syncing': {
    status: 409,
    wayOut:
      'Resume the link if it is paused. If it was deleted, here or at Plaid, post the Item to the link URL again.',
  },
  'link.erased': {
    status: 409,
    wayOut: 'Its token was erased with its data. Call /item/remove yourself with your copy of the token.',
  },
  'audit.not_found': { status: 404, wayOut: 'List the audits of the integration; old ones are removed.' },
  'audit.nothing_to_repair': {
    status: 409,
    wayOut:
      'Only an audit that is done with the verdict differs can be repaired. Read its state and verdict.',
  },
  'plaid.removal_unconfirmed': {
    status: 502,
    wayOut: 'Plaid did not confirm the removal and nothing was changed; send the request again.',
  },
  'plaid.rate_budget': {
    status: 503,
    wayOut: 'Plaid limits how often it is asked; send the request again after the seconds in Retry-After.',
  },
  'plaid.webhook_unconfirmed': {
    status: 502,
    wayOut: 'Plaid did not answer, or not on the matter; send the request again.',
  },
  'plaid.webhook_refused': {
    status: 422,
    wayOut:
      'Do what the description says: PUBLIC_URL must be an address that Plaid can reach, and the link a working one.',
  },
  'transaction.too_many_to_sort': {
    status: 422,
    wayOut:
      'Sort by date, or name an end user, an Item, an account or a range of dates with at most 30,000 rows.',
  },
  'transaction.not_found': { status: 404, wayOut: 'Check the id; it may belong to another organisation.' },
  'feed.cursor_invalid': {
    status: 422,
    wayOut: 'Use next_cursor exactly as it was returned, or start again without a cursor.',
  },
  'feed.cursor_ahead': {
    status: 409,
    wayOut:
      'The feed is behind this cursor: the database was restored. Run the restore command (docs/runbook.md), then go on with the same cursor.',
  },
  'webhook.malformed': {
    status: 400,
    wayOut: 'Forward the body that Plaid sent, byte for byte: a JSON object.',
  },
  'webhook.bad_signature': {
    status: 401,
    wayOut: "Forward Plaid's body byte for byte together with its Plaid-Verification header.",
  },
  'webhook.key_unavailable': {
    status: 503,
    wayOut: 'Plaid did not give the verification key; send the webhook again later, as Plaid does.',
  },
  'webhook.not_found': { status: 404, wayOut: 'List the inbox with GET /api/plaid_webhooks.' },
  'webhook.too_large': { status: 413, wayOut: 'Plaid webhooks are far below 256 kB.' },
  'simulator.absent': {
    status: 409,
    wayOut:
      'Only integrations whose base_url is the local simulator can be simulated: start with npm start, or set SIMULATOR_CONTROL_URL.',
  },
  'simulator.refused': { status: 422, wayOut: 'Correct what the description names (docs/simulator.md).' },
  'simulator.unavailable': { status: 503, wayOut: 'Start the simulator and send the request again.' },
  'service.unavailable': { status: 503, wayOut: 'Try again after the seconds in Retry-After.' },
  'internal.error': { status: 500, wayOut: 'Report the request id.' },
} as const satisfies Record<string, { status: number; wayOut: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** Messages by location (`json`, `query`, `path`) and field; messages of the body as a whole stand under `_schema`. */
export type FieldErrors = Record<string, Record<string, string[]>>;

export interface AppErrorOptions {
  /** What is sent as `description`: a sentence, or field errors. Never contains secrets or internals. */
  description?: string | FieldErrors;
  /** Seconds for the Retry-After header. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** An expected error with a row in the catalogue. Anything else that is thrown is a bug and answered as `internal.error`. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly description: string | FieldErrors;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ErrorCode,
    options: AppErrorOptions = {},
  ) {
    const description = options.description ?? ERRORS[code].wayOut;
    super(typeof description === 'string' ? description : code, { cause: options.cause });
    this.description = description;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** A 422 that names one field of the JSON body. */
export function invalidField(field: string, message: string, code: ErrorCode = 'request.invalid'): AppError {
  return new AppError(code, { description: { json: { [field]: [message] } } });
}
