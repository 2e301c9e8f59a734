import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A page without any library: a table of a hundred rows, and a dialog that a click on a row opens. */
export interface BarePage {
  url: string;
  close(): Promise<void>;
}

const ROWS = 100;

const HTML = `<!doctype html><html lang="en"><title>bare</title><main><table aria-label="Transactions"><tbody></tbody></table></main><script>
fetch('/rows').then((answer) => answer.json()).then((rows) => {
  const body = document.querySelector('tbody');
  for (const { name, amount } of rows) {
    const row = body.insertRow();
    row.insertCell().innerHTML = '<a href="#">' + name + '</a>';
    row.insertCell().textContent = amount;
  }
  body.addEventListener('click', () => {
    const dialog = document.createElement('section');
    dialog.setAttribute('role', 'dialog');
    dialog.textContent = 'First seen';
    document.body.prepend(dialog);
  });
});
</script></html>`;

const JSON_ROWS = JSON.stringify(
  Array.from({ length: ROWS }, (_, n) => ({ name: `Transaction ${n}`, amount: `${n}.00` })),
);

export async function startBarePage(): Promise<BarePage> {
  const server = createServer((request, response) => {
    const isPage = request.url === '/';
    response.setHeader('content-type', isPage ? 'text/html; charset=utf-8' : 'application/json');
    response.end(isPage ? HTML : JSON_ROWS);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
