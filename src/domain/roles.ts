/** What a user may do, the least first: each role may do all that those before it may. */
export const ROLES = ['read_only', 'member', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** Whether who has the role `has` may do what takes the role `takes`. */
export const mayAct = (has: Role, takes: Role): boolean => ROLES.indexOf(has) >= ROLES.indexOf(takes);
