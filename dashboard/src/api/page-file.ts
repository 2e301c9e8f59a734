import { reportAnswer } from './connection';

const AGAIN_MS = 2_000;

const isServed = async (): Promise<boolean> => {
  try {
    return (await fetch('/version.json', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
};

/**
 * The program of a page, which is fetched when somebody first goes there. While nobody answers it is waited for. It rejects
 * when there is no such file any more: a newer build has come, and the router loads the page anew.
 */
export async function pageFile<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch (error) {
      if (await isServed()) throw error;
      reportAnswer('down');
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
