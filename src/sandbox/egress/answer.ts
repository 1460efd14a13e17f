import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import { type Refusal, describeRefusal, refusalTable } from './refusal.ts';

/** Answers in HTTP where there is no response to write to, and closes. */
export function answerHttp(client: Duplex, refusal: Refusal): void {
  const status = refusalTable[refusal.kind].http;
  const body = describeRefusal(refusal);
  const head = [
    // Clients show this line of a CONNECT that failed, and nothing else of it.
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}: ${oneLine(refusal)}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  client.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** What was asked for may be quoted in it, and must not end the line. */
function oneLine({ message }: Refusal): string {
  return message
    .replace(/[“”]/g, '"')
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 200);
}
