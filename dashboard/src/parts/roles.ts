import type { Role } from '../api/session';

export const ROLE_NAMES: Readonly<Record<Role, string>> = {
  admin: 'Admin',
  member: 'Member',
  read_only: 'Read-only',
};

export const ROLES = Object.keys(ROLE_NAMES) as Role[];

export const ROLE_HELP: Readonly<Record<Role, string>> = {
  admin: 'Everything, including users, keys and secrets.',
  member:
    'The daily work: sync, pause, audit, replay. No users, keys or secrets, and nothing that cannot be taken back.',
  read_only: 'Looks at everything but users and keys, changes nothing.',
};
