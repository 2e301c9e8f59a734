/** The older way, which needs no secure context: over plain http browsers give pages no clipboard. */
function copySelected(text: string): boolean {
  const had = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.style.position = 'fixed';
  field.style.opacity = '0';
  // Within the dialog, which lets the focus go nowhere else.
  (had?.parentElement ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  if (had instanceof HTMLElement) had.focus({ preventScroll: true });
  return isCopied;
}

/** Puts text on the clipboard; answers whether the browser has let it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    // Not there at all over plain http, whatever its type says.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    if (clipboard === undefined) return copySelected(text);
    await clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}
