/** Whatever becomes of it, waited for no longer than this (milliseconds). */
export const atMost = (ms: number, awaited: Promise<void>): Promise<void> =>
  Promise.race([awaited, new Promise<void>((resolve) => setTimeout(resolve, ms))]);
