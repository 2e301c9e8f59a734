import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ApiError, isDown, UnreachableError } from '../api/api-error';
import { Page } from '../parts/page';
import { Failure } from '../parts/states';
import { FrontPage } from './front-page';

const AGAIN_MS = 3_000;

/** What could not be read is asked for again; a program that failed begins anew. */
function useRetry(error: unknown): () => void {
  const router = useRouter();
  const isData = error instanceof ApiError || error instanceof UnreachableError;
  return () => {
    if (isData) void router.invalidate();
    else location.reload();
  };
}

/** In place of a page that cannot be shown: the navigation stays. */
export function PageFailed({ error }: ErrorComponentProps) {
  return (
    <Page title="This page cannot be shown">
      <Failure error={error} onRetry={useRetry(error)} />
    </Page>
  );
}

/** In place of everything, before it is known who is there. */
export function AppFailed({ error }: ErrorComponentProps) {
  const router = useRouter();
  const isWaiting = isDown(error);
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setInterval(() => void router.invalidate(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [isWaiting, router]);
  return (
    <FrontPage title="Ardea cannot be shown">
      <Failure error={error} onRetry={useRetry(error)} />
    </FrontPage>
  );
}
