/** Has the browser store what was fetched already, under a name. */
export function saveFile(name: string, file: Blob): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** An id of anybody's as a part of a file's name. */
export const asFileName = (id: string): string => id.replaceAll(/[^\w.-]+/g, '_').slice(0, 80);
