// Before the first paint, so that nobody in a dark room sees a white flash. A file of its own, because the page allows no
// inline script. The key is the one that the application's colour scheme manager uses.
(() => {
  let chosen = 'auto';
  try {
    chosen = localStorage.getItem('ardea-color-scheme') ?? 'auto';
  } catch {
    // Storage may be forbidden; the system's scheme is used then.
  }
  const dark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
