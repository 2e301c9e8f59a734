import { useNotifications } from '@mantine/notifications';
import { useOnDemand } from '../parts/on-demand';

/** What was said before they are there waits for them. */
export function Notifications() {
  const later = useOnDemand(useNotifications().notifications.length > 0);
  return later === undefined ? null : <later.Notifications position="bottom-right" limit={3} />;
}
