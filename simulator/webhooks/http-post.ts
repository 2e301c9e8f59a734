/** What became of one attempt at delivery. */
export interface Answer {
  /** HTTP status, or null when no answer came. */
  status: number | null;
  error: string | null;
  retryAfter: string | null;
}

/** Sends one webhook; never throws. `verification` "" leaves the header out. */
export const postWebhook = async (
  url: string,
  { body, verification }: { body: string; verification: string },
  signal: AbortSignal,
): Promise<Answer> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(verification === '' ? {} : { 'Plaid-Verification': verification }),
      },
      body,
      redirect: 'manual',
      signal,
    });
    await response.body?.cancel();
    return { status: response.status, error: null, retryAfter: response.headers.get('retry-after') };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { status: null, error: cause instanceof Error ? cause.message : String(cause), retryAfter: null };
  }
};
