/** Whether a GET answers 2xx within `timeoutMs`. */
export const answersOk = async (url: string, timeoutMs = 2_000): Promise<boolean> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
};
