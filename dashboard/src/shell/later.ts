/** What a page shows only once somebody does something, in one file: with what it needs a fifth of the whole program. */
export { Select } from '@mantine/core';
export { Notifications } from '@mantine/notifications';
export { MoreFiltersPanel } from '../parts/more-filters-panel';
export { ConfirmDialog } from './confirm-dialog';
export { SessionEndedDialog } from './session-ended-dialog';
export { UserMenuPanel } from './user-menu-panel';
