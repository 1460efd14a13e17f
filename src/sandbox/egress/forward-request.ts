import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, type ServerResponse, request as startRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';

import { tlsPort } from './first-bytes.ts';
import { type EgressLimits, maxHeadBytes } from './limits.ts';
import type { Passage } from './passage.ts';
import { Refusal, describeRefusal, refusalTable } from './refusal.ts';
import { type Target, parseAuthority, quote } from './target.ts';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly limits: EgressLimits;
}

/**
 * Forwards one request of plain HTTP, and its answer. Both are parsed and written anew, so that what one side takes for
 * the end of a message the other does too.
 *
 * @throws Refusal
 */
export async function forwardRequest(passage: Passage, { request, response, limits }: Exchange): Promise<void> {
  const { target, path } = readTarget(request.url ?? '');
  const framing = readFraming(request);
  const upstream = await passage.reach(target, request.socket);
  using _watch = passage.watchCaller(request.socket);
  const outgoing = startRequest({
    createConnection: () => upstream,
    method: request.method ?? 'GET',
    path,
    headers: [...writeHost(target), 'Connection', 'close', ...framing, ...endToEnd(request)],
    maxHeaderSize: maxHeadBytes,
    signal: passage.signal,
  });
  passage.watchIdle(limits.idleMs);
  const answered = awaitAnswer(outgoing);
  if (framing.length === 0) outgoing.end();
  // A host may answer before it has read everything: what matters of a failure here, the answer tells too.
  else pipeline(request, passage.meter('up'), outgoing).catch(() => undefined);
  const incoming = await answered;
  response.sendDate = false;
  response.writeHead(incoming.statusCode ?? 502, [...endToEnd(incoming), ...lengthOf(incoming)]);
  await pipeline(incoming, passage.meter('down'), response, { signal: passage.signal });
}

/** Answers a request that came to nothing, where it is not too late for that. */
export function answerRequest(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { http } = refusalTable[refusal.kind];
  // What is left of the request's body is not worth reading.
  response.writeHead(http, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' });
  response.end(describeRefusal(refusal));
}

function readTarget(url: string): { target: Target; path: string } {
  const [, authority, path = ''] = /^http:\/\/([^/?#]*)([/?][!-"$-~]*)?$/i.exec(url) ?? [];
  if (authority === undefined) {
    const hint = /^https:/i.test(url)
      ? 'https is asked for by CONNECT'
      : 'a proxy is asked for a whole http:// address';
    throw new Refusal('malformed', `${quote(url)} cannot be forwarded: ${hint}`);
  }
  const target = parseAuthority(authority, 80);
  if (target.port === tlsPort) throw new Refusal('contents', `on port ${tlsPort} nothing but TLS is let through`);
  return { target, path: path.startsWith('/') ? path : `/${path}` };
}

/** How long the body is; the parser has refused what says it twice. */
function readFraming({ headers }: IncomingMessage): readonly string[] {
  const coding = headers['transfer-encoding'];
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked')
      throw new Refusal('unsupported', 'no other transfer coding than chunked is forwarded');
    return ['Transfer-Encoding', 'chunked'];
  }
  return lengthOf({ headers });
}

function lengthOf({ headers }: Pick<IncomingMessage, 'headers'>): readonly string[] {
  const length = headers['content-length'];
  return length === undefined ? [] : ['Content-Length', length];
}

function writeHost({ host, port }: Target): readonly string[] {
  const written = host.includes(':') ? `[${host}]` : host;
  return ['Host', port === 80 ? written : `${written}:${port}`];
}

/** Those that are for the other end: the rest is between two neighbours, or written anew. */
function endToEnd({ rawHeaders, headers }: IncomingMessage): string[] {
  const named = (headers.connection ?? '').toLowerCase().split(',');
  const dropped = new Set([...betweenNeighbours, ...named.map((name) => name.trim())]);
  const kept: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (!dropped.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

const betweenNeighbours = [
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer'],
  ...['transfer-encoding', 'content-length', 'upgrade', 'host', 'expect'],
];

async function awaitAnswer(outgoing: ClientRequest): Promise<IncomingMessage> {
  try {
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    return incoming;
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    if (code === 'ABORT_ERR') throw error;
    throw new Refusal('unreachable', `the host gave no answer that can be read: ${code}`);
  }
}
