import type { Role } from '../domain/roles.js';

/** Who sends an authenticated request. */
export interface KeyCaller {
  kind: 'key';
  organizationId: string;
  apiKeyId: string;
  role: Role;
}

export type Caller = KeyCaller;
