import { useEffect } from 'react';
import { useConnection } from '../api/connection';
import { loadOnDemand, useOnDemand } from '../parts/on-demand';

/** Asks for a log-in over whatever was being done. */
export function SessionEnded() {
  const isExpired = useConnection() === 'expired';
  const later = useOnDemand(isExpired);
  useEffect(() => {
    // Of another build by now: the page loads anew, and its log-in leads back here.
    if (isExpired) loadOnDemand().catch(() => location.reload());
  }, [isExpired]);
  return later === undefined ? null : <later.SessionEndedDialog isOpen={isExpired} />;
}
