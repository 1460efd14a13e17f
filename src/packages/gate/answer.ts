import type { IncomingMessage, ServerResponse } from 'node:http';

import { matchesEtag } from './range.ts';
import type { ReadyBody } from './ready-body.ts';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

type Headers = Readonly<Record<string, string | number>>;

/** What was read by one client is no other's, and what was allowed once may not be now. */
const revalidated = 'private, no-cache';

/** Whatever is asked for, nobody reads it as something else or runs anything in it. */
const always: Headers = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  'referrer-policy': 'no-referrer',
};

/** Sends a body that is ready, or says that the client has it already. */
export function sendReady({ request, response }: Exchange, body: ReadyBody, more: Headers = {}): void {
  const headers = { 'cache-control': revalidated, ...always, ...body.headers, ...more };
  if (matchesEtag(request.headers['if-none-match'], body.etag)) {
    sendNotModified({ request, response }, headers);
    return;
  }
  response.writeHead(200, headers);
  if (request.method === 'HEAD') response.end();
  else response.end(body.bytes);
}

export function sendNotModified({ response }: Exchange, headers: Headers): void {
  const kept = Object.entries(headers).filter(([name]) => !name.startsWith('content-'));
  response.writeHead(304, Object.fromEntries(kept)).end();
}

export interface TextAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers?: Headers;
}

/** A sentence or two: what pip and uv do not show, a person who looks finds. */
export function sendText({ request, response }: Exchange, { status, text, headers = {} }: TextAnswer): void {
  const bytes = Buffer.from(text.endsWith('\n') ? text : `${text}\n`);
  const all = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...always, ...headers };
  response.writeHead(status, { ...all, 'content-length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
