import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What an honest index would say. */
export interface Answer {
  readonly body: Buffer;
  readonly type: string;
  readonly isFile: boolean;
  readonly etag?: string;
}

interface Sending {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly honest: Answer;
  readonly hasRanges: boolean;
}

export function sendHonestly({ request, response, honest, hasRanges }: Sending): void {
  const { body, type, etag } = honest;
  const headers = { 'content-type': type, ...(etag === undefined ? {} : { etag }), vary: 'Accept' };
  if (etag !== undefined && request.headers['if-none-match'] === etag)
    return void response.writeHead(304, headers).end();
  const range = hasRanges ? readRange(request, honest) : undefined;
  if (range === undefined) {
    response.writeHead(200, {
      ...headers,
      'content-length': body.length,
      ...(hasRanges ? { 'accept-ranges': 'bytes' } : {}),
    });
    return void response.end(request.method === 'HEAD' ? undefined : body);
  }
  const { start, end } = range;
  if (start >= body.length) return void response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
  const part = body.subarray(start, end);
  const contentRange = `bytes ${start}-${start + part.length - 1}/${body.length}`;
  response.writeHead(206, { ...headers, 'content-length': part.length, 'content-range': contentRange });
  response.end(request.method === 'HEAD' ? undefined : part);
}

function readRange(request: IncomingMessage, { body, etag }: Answer): { start: number; end: number } | undefined {
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== etag) return undefined;
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') return { start: Math.max(0, body.length - Number(to)), end: body.length };
  return { start: Number(from), end: to === '' ? body.length : Number(to) + 1 };
}

export function etagOf(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
}
