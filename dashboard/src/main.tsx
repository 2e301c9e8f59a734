import './theme/mantine.css';
import '@mantine/notifications/styles.css';
import './theme/global.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query-client';
import { sessionQuery } from './api/session';
import { atMost } from './parts/at-most';
import { loadAtFirstSign } from './parts/on-demand';
import { router } from './router';
import { Notifications } from './shell/notifications';
import { cssVariables, theme } from './theme/theme';

const colorSchemes = localStorageColorSchemeManager({ key: 'ardea-color-scheme' });
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root.');

loadAtFirstSign();

/** Whoever waits longer sees that something is coming. */
const SHOWN_AFTER_MS = 800;

/**
 * Drawn once, with the page in it: to draw nothing first takes as long as the page's rows do. Not awaited by this module, which
 * the page's own file waits for.
 */
async function show(into: HTMLElement): Promise<void> {
  // The page's head has asked already (vite.config.ts). Whatever the page is, the answer is taken now: the browser would give it
  // to whoever asks first, after a log-in too.
  void queryClient.prefetchQuery(sessionQuery);
  await atMost(SHOWN_AFTER_MS, router.load());
  createRoot(into).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        colorSchemeManager={colorSchemes}
        defaultColorScheme="auto"
      >
        <Notifications />
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

void show(root);
