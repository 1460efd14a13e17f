import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import { BoundedStream } from './bounded-stream.ts';
import { Reach } from './reach.ts';

export interface DownloadOptions {
  readonly url: string;
  /** The file to write. */
  readonly path: string;
  /** What the source said of itself the last time. */
  readonly etag?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly maxBytes?: number | undefined;
  /** Where the proxy, the certificates and the `.netrc` are looked up; the process's own where left out. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** How long nothing may come. */
  readonly idleMs?: number | undefined;
}

export type Download = { readonly kind: 'unchanged' } | { readonly kind: 'written'; readonly etag: string | undefined };

const defaultMaxBytes = 512 << 20;
const defaultIdleMs = 60_000;
const maxRedirects = 5;

/**
 * Fetches a dump, unless the source says that it is the one that was fetched before.
 *
 * @throws ADVISORIES_UNAVAILABLE where the source cannot be asked or does not send all of it, CANCELLED.
 */
export async function downloadDump(options: DownloadOptions): Promise<Download> {
  const { signal } = options;
  const silence = new AbortController();
  const timer = setTimeout(
    () => silence.abort(new Error('nothing came for too long')),
    options.idleMs ?? defaultIdleMs,
  );
  const both = AbortSignal.any([silence.signal, ...(signal === undefined ? [] : [signal])]);
  try {
    return await fetchInto(options, both, () => timer.refresh());
  } catch (cause) {
    refuseWhenCancelled(signal);
    if (cause instanceof BelljarError) throw cause;
    throw unavailable(options.url, reasonOf(silence.signal.aborted ? silence.signal.reason : cause), cause);
  } finally {
    clearTimeout(timer);
  }
}

async function fetchInto(options: DownloadOptions, signal: AbortSignal, onChunk: () => void): Promise<Download> {
  const { url, path, etag, maxBytes = defaultMaxBytes, onProgress, env = process.env } = options;
  const start = parseSource(url);
  using reach = await Reach.open({ url: start, env, signal: options.signal });
  const response = await follow(start, { reach, signal, etag });
  const { statusCode, headers } = response;
  if (statusCode !== 200) {
    response.destroy();
    if (statusCode === 304 && etag !== undefined) return { kind: 'unchanged' };
    throw unavailable(url, `it answers ${statusCode}`);
  }
  const total = Number(headers['content-length'] ?? 0);
  const onBytes = (bytes: number): void => {
    onChunk();
    onProgress?.(bytes, Math.max(total, bytes));
  };
  const bounded = new BoundedStream({ maxBytes, onBytes });
  await pipeline(response, bounded, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal });
  return { kind: 'written', etag: headers.etag };
}

interface Ask {
  readonly reach: Reach;
  readonly signal: AbortSignal;
  readonly etag: string | undefined;
}

/** Step by step, so that none of them leaves encryption, and no other host is told the password. */
async function follow(start: URL, { reach, signal, etag }: Ask): Promise<IncomingMessage> {
  let at = start;
  for (let step = 0; step <= maxRedirects; step++) {
    const headers = {
      accept: 'application/zip, application/octet-stream;q=0.9',
      ...(etag === undefined ? {} : { 'if-none-match': etag }),
    };
    const response = await reach.get(at, { signal, headers });
    const { statusCode = 0, headers: said } = response;
    if (statusCode < 300 || statusCode > 399 || statusCode === 304 || said.location === undefined) return response;
    response.destroy();
    at = parseSource(new URL(said.location, at).href);
  }
  throw unavailable(start.href, `it redirects more than ${maxRedirects} times`);
}

/** @throws USAGE where it is no address that can be trusted on its way: https, or this machine itself. */
export function parseSource(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.protocol === 'https:' || isOnThisMachine(url))) return url;
  throw new BelljarError('USAGE', `“${nameSource(text)}” is not an https address`, {
    hint: 'Advisories decide what comes in: they are fetched over https only.',
  });
}

function isOnThisMachine({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

/** The address without what may be secret in it. */
export function nameSource(text: string): string {
  if (!URL.canParse(text)) return text.replace(/\/\/[^/@]*@/, '//').slice(0, 200);
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}

function reasonOf(cause: unknown): string {
  const { message, cause: inner } = cause as Error;
  return inner instanceof Error ? `${message}: ${inner.message}` : message;
}

function unavailable(url: string, why: string, cause?: unknown): BelljarError {
  return new BelljarError('ADVISORIES_UNAVAILABLE', `advisories cannot be fetched from ${nameSource(url)}: ${why}`, {
    ...(cause === undefined ? {} : { cause }),
  });
}
