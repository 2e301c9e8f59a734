/** As exact as the API notes the use of a session. */
const PRESENT_MS = 60_000;

/** What only a person does. Not moves of the pointer: browsers tell of those too when the page moves below it. */
const SIGNS = ['keydown', 'pointerdown', 'touchmove', 'wheel'] as const;

// Somebody has opened the page.
let lastSign = Date.now();
for (const sign of SIGNS)
  addEventListener(sign, () => (lastSign = Date.now()), { capture: true, passive: true });

/** Whether a person has done anything on this page within the last minute; else what it asks, it asks by itself. */
export const isSomebodyThere = (): boolean => Date.now() - lastSign < PRESENT_MS;
