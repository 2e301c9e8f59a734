import { useEffect } from 'react';
import { useConnection } from '../api/connection';
import { loadOnDemand, useOnDemand } from '../parts/on-demand';
import { useOwnEscape } from '../parts/own-escape';

/** Asks for a log-in over whatever was being done. */
export function SessionEnded() {
  const isExpired = useConnection() === 'expired';
  const later = useOnDemand(isExpired);
  // There is no way round the log-in, and what waits below it must not be closed unseen.
  useOwnEscape(isExpired, () => undefined);
  useEffect(() => {
    // Of another build by now: the page loads anew, and its log-in leads back here.
    if (isExpired) loadOnDemand().catch(() => location.reload());
  }, [isExpired]);
  return later === undefined ? null : <later.SessionEndedDialog isOpen={isExpired} />;
}
