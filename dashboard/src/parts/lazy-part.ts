// eslint-disable-next-line @typescript-eslint/no-restricted-imports -- the one place
import { lazyRouteComponent } from '@tanstack/react-router';
import { pageFile } from '../api/page-file';

/**
 * A page, or a part of one, whose program is fetched when it is shown first. While nobody answers it is waited for; when a newer
 * build has taken its place the page is loaded anew.
 */
export const lazyPart: typeof lazyRouteComponent = (load, name) =>
  lazyRouteComponent(() => pageFile(load), name);
