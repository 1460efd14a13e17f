import { sendText } from './answer.ts';
import type { Client } from './clients.ts';
import type { Errand } from './desk.ts';
import { escapeHtml } from './page-html.ts';
import { formatRefusals } from './refusal-text.ts';

/** What was refused of late: to a client its own, to the operator those of all. */
export function serveRefusals(errand: Errand, clients: readonly Client[]): void {
  const { client, request } = errand;
  const shown = client.seesAll ? clients : [client];
  const accept = request.headers.accept ?? '';
  if (accept.includes('application/json')) {
    const refusals = shown.flatMap(({ id, refusals: book }) => book.list().map((each) => ({ client: id, ...each })));
    const text = JSON.stringify({ refusals: refusals.sort((one, other) => (one.at < other.at ? 1 : -1)) });
    sendText(errand, { status: 200, text, headers: { 'content-type': 'application/json' } });
    return;
  }
  const text = client.seesAll
    ? shown.map(({ id, refusals }) => `# ${id}\n${formatRefusals(refusals.list())}`).join('\n')
    : formatRefusals(client.refusals.list());
  if (accept.includes('text/html'))
    sendText(errand, { status: 200, text: toPage(text), headers: { 'content-type': 'text/html; charset=utf-8' } });
  else sendText(errand, { status: 200, text });
}

function toPage(text: string): string {
  const head = '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Refusals</title></head>';
  return `${head}\n<body>\n<h1>What was refused</h1>\n<pre style="white-space: pre-wrap">${escapeHtml(text)}</pre>\n</body>\n</html>\n`;
}
