import type { SessionRow } from '../db/queries/sessions.js';
import { AppError } from '../domain/errors.js';
import type { Role } from '../domain/roles.js';

/** A program with an API key. It stands for the integrator's own servers, which do whatever the organisation may. */
export interface KeyCaller {
  kind: 'key';
  organizationId: string;
  apiKeyId: string;
  role: Role;
}

/** A person who has logged in to the dashboard. */
export interface SessionCaller {
  kind: 'session';
  organizationId: string;
  role: Role;
  userId: string;
  session: SessionRow;
}

/** Who sends an authenticated request. */
export type Caller = KeyCaller | SessionCaller;

/** For routes with `auth: 'session'`, which nobody else reaches. */
export function sessionOf(caller: Caller | null): SessionCaller {
  if (caller?.kind !== 'session') throw new AppError('session.needed');
  return caller;
}
