import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

import { type Answer, sendHonestly } from './honest-answer.ts';

/** What an index may do to its clients. */
export type Misbehaviour = Kind & {
  /** Only once, then honestly again. */
  readonly once?: true;
};

type Kind =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Whatever was asked, this. */
  | { readonly kind: 'body'; readonly body: string | Buffer; readonly type?: string }
  /** To another address; to itself where none is named: a loop. */
  | { readonly kind: 'redirect'; readonly to?: string; readonly status?: number }
  /** The connection is cut before anything is said. */
  | { readonly kind: 'cut' }
  /** All is promised, the connection ends after some bytes of it. */
  | { readonly kind: 'truncated'; readonly afterBytes: number }
  /** Fewer bytes come, and the length says so: nothing tells that there were more. */
  | { readonly kind: 'shortened'; readonly toBytes: number }
  /** Never ends, and says no length. */
  | { readonly kind: 'endless' }
  /** Nothing ever comes; or nothing after some bytes. */
  | { readonly kind: 'silent'; readonly afterBytes?: number }
  /** A byte now and then. */
  | { readonly kind: 'slow'; readonly everyMs: number }
  /** The right length, other bytes. */
  | { readonly kind: 'swapped' }
  /** A small body that unpacks into this many bytes. */
  | { readonly kind: 'gzip-bomb'; readonly unpackedBytes: number }
  /** Waits to be let go, then answers honestly. */
  | { readonly kind: 'held'; readonly until: Promise<unknown> };

interface Act {
  readonly misbehaviour: Misbehaviour;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly honest: Answer | undefined;
}

export async function misbehave({ misbehaviour, request, response, honest }: Act): Promise<void> {
  const body = honest?.body ?? Buffer.from('nothing here');
  const type = honest?.type ?? 'text/html';
  switch (misbehaviour.kind) {
    case 'status':
      return void response.writeHead(misbehaviour.status, misbehaviour.headers).end('as it was told to');
    case 'body':
      return void response.writeHead(200, { 'content-type': misbehaviour.type ?? type }).end(misbehaviour.body);
    case 'redirect':
      return void response.writeHead(misbehaviour.status ?? 302, { location: misbehaviour.to ?? request.url }).end();
    case 'cut':
      return void response.destroy();
    case 'truncated':
      response.writeHead(200, { 'content-type': type, 'content-length': body.length, ...etagOf(honest) });
      return void response.write(body.subarray(0, misbehaviour.afterBytes), () => response.socket?.end());
    case 'shortened':
      return void response.writeHead(200, { 'content-type': type }).end(body.subarray(0, misbehaviour.toBytes));
    case 'endless':
      response.writeHead(200, { 'content-type': type });
      pour(response);
      return;
    case 'silent':
      if (misbehaviour.afterBytes === undefined) return;
      response.writeHead(200, { 'content-type': type, 'content-length': body.length });
      return void response.write(body.subarray(0, misbehaviour.afterBytes));
    case 'slow':
      response.writeHead(200, { 'content-type': type, 'content-length': body.length });
      drip(response, body, misbehaviour.everyMs);
      return;
    case 'swapped':
      return void response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(invert(body));
    case 'gzip-bomb':
      response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' });
      return void response.end(gzipSync(Buffer.alloc(misbehaviour.unpackedBytes, 32)));
    case 'held':
      await misbehaviour.until;
      if (honest === undefined) return void response.writeHead(404).end();
      sendHonestly({ request, response, honest, hasRanges: honest.isFile });
      return;
  }
}

function etagOf(honest: Answer | undefined): Record<string, string> {
  return honest?.etag === undefined ? {} : { etag: honest.etag };
}

function invert(body: Buffer): Buffer {
  return Buffer.from(body.map((byte) => byte ^ 0xff));
}

/** As fast as it is taken, for as long as it is. */
function pour(response: ServerResponse): void {
  const block = Buffer.alloc(65_536, 32);
  const write = (): void => {
    while (!response.destroyed && response.write(block));
  };
  response.on('drain', write);
  write();
}

function drip(response: ServerResponse, body: Buffer, everyMs: number): void {
  let at = 0;
  const timer = setInterval(() => {
    if (response.destroyed || at >= body.length) {
      clearInterval(timer);
      response.end();
    } else response.write(body.subarray(at, (at += 1)));
  }, everyMs);
  response.on('close', () => clearInterval(timer));
}
