import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';

/** What has the focus, as a screen reader is told. */
export interface Focused {
  role: string;
  name: string;
  /** Whether it looks otherwise than without the focus. */
  isVisible: boolean;
  isInDialog: boolean;
  /** Nothing of the page has it. */
  isNowhere: boolean;
}

/** Whoever has only a keyboard. */
export interface Keyboard {
  /** What was wrong on the way, one line each: controls without a name, a focus that cannot be seen. */
  readonly faults: readonly string[];
  focused(): Promise<Focused>;
  press(key: string): Promise<void>;
  type(text: string): Promise<void>;
  /** Presses Tab until it is reached. */
  tabTo(role: string, name: string | RegExp, options?: { backwards?: boolean; most?: number }): Promise<void>;
}

/** Compares the element with a copy of it that has no focus; what is hidden shows its focus at its neighbour. */
const LOOKS_FOCUSED = `(() => {
  const element = document.activeElement;
  const hasCaret = element.matches('textarea, input:not([type=radio], [type=checkbox], [readonly])');
  if (hasCaret) return true;
  const ring = (each, pseudo) => {
    const style = getComputedStyle(each, pseudo);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  };
  const near = [element, element.nextElementSibling, element.parentElement].filter((each) => each !== null);
  if (near.some((each) => ring(each) || ring(each, '::after'))) return true;
  const twin = element.cloneNode(false);
  twin.removeAttribute('id');
  twin.removeAttribute('name');
  element.after(twin);
  const look = (each) => {
    const { borderTopColor, backgroundColor, boxShadow } = getComputedStyle(each);
    return [borderTopColor, backgroundColor, boxShadow].join();
  };
  const differs = look(element) !== look(twin);
  twin.remove();
  return differs;
})()`;

const FACTS = `({
  isVisible: document.activeElement !== document.body && ${LOOKS_FOCUSED},
  isInDialog: document.activeElement.closest('[role=dialog]') !== null,
  isNowhere: document.activeElement === document.body,
})`;

async function inTree(session: CDPSession): Promise<{ role: string; name: string }> {
  const { result } = await session.send('Runtime.evaluate', { expression: 'document.activeElement' });
  const { nodes } = await session.send('Accessibility.getPartialAXTree', {
    objectId: result.objectId!,
    fetchRelatives: false,
  });
  const node = nodes[0];
  return { role: String(node?.role?.value ?? ''), name: String(node?.name?.value ?? '') };
}

export async function createKeyboard(page: Page): Promise<Keyboard> {
  const session = await page.context().newCDPSession(page);
  await session.send('Accessibility.enable');
  const faults: string[] = [];
  const focused = async (): Promise<Focused> => ({
    ...(await inTree(session)),
    ...(await page.evaluate<Pick<Focused, 'isVisible' | 'isInDialog' | 'isNowhere'>>(FACTS)),
  });
  return {
    faults,
    focused,
    press: (key) => page.keyboard.press(key),
    type: (text) => page.keyboard.type(text),
    async tabTo(role, name, { backwards = false, most = 60 } = {}) {
      const passed: string[] = [];
      for (let pressed = 0; pressed < most; pressed += 1) {
        await page.keyboard.press(backwards ? 'Shift+Tab' : 'Tab');
        let here = await focused();
        if (!here.isVisible && !here.isNowhere) {
          // Borders change their colour over 100 ms.
          await sleep(200);
          here = await focused();
        }
        // Between the last control and the first one the browser's own have the focus.
        if (here.isNowhere) continue;
        const what = `${here.role} "${here.name}" at ${new URL(page.url()).pathname}`;
        passed.push(what);
        if (here.name.trim() === '') faults.push(`no name: ${what}`);
        // The heading of a new page is focused for screen readers; nobody gets there by Tab.
        if (!here.isVisible && here.role !== 'heading') faults.push(`no visible focus: ${what}`);
        if (here.role === role && (typeof name === 'string' ? here.name === name : name.test(here.name)))
          return;
      }
      throw new Error(`Tab does not lead to ${role} ${String(name)}:\n${passed.join('\n')}`);
    },
  };
}
