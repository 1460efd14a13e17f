import {
  request as requestHttp,
  type Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { request as requestHttps, type Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';

import { cancelled } from '../../errors.ts';
import { unavailable } from './unavailable.ts';

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

export interface Exchange {
  readonly index: string;
  readonly url: URL;
  readonly method: 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  readonly agents: Agents;
  /** How long nothing may come, before the head and within the body. */
  readonly silenceMs: number;
  /** Who finds the addresses to dial, in place of the system. */
  readonly lookup?: LookupFunction | undefined;
  readonly signal: AbortSignal | undefined;
}

export interface Answer {
  readonly index: string;
  readonly url: URL;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** To be read to its end or destroyed. */
  readonly stream: IncomingMessage;
}

/** One request and the head of its answer. @throws INDEX_UNAVAILABLE, CANCELLED */
export async function exchange(options: Exchange): Promise<Answer> {
  const { index, url, method, headers, agents, silenceMs, lookup, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const given = { ...(signal === undefined ? {} : { signal }), ...(lookup === undefined ? {} : { lookup }) };
  const common = { method, headers, timeout: silenceMs, ...given };
  const request =
    url.protocol === 'https:'
      ? requestHttps(url, { ...common, agent: agents.https })
      : requestHttp(url, { ...common, agent: agents.http });
  let stream: IncomingMessage | undefined;
  request.on('timeout', () => {
    const silence = unavailable({ index, url, why: 'timeout', message: `nothing came for ${silenceMs / 1000} s` });
    stream?.destroy(silence); // else the body’s reader would hear of a lost connection
    request.destroy(silence);
  });
  request.on('error', reject); // also what comes after the head, when nobody waits any more
  request.on('response', resolve);
  request.end();
  try {
    stream = await promise;
    // Read or not, an answer that breaks must not take the process with it.
    stream.on('error', () => undefined);
    return { index, url, status: stream.statusCode ?? 0, headers: stream.headers, stream };
  } catch (error) {
    throw explain(options, error);
  }
}

/** What broke an exchange or its body, in our own words. */
export function explain({ index, url, signal }: Pick<Exchange, 'index' | 'url' | 'signal'>, error: unknown): unknown {
  if (signal?.aborted === true) return cancelled(signal);
  if (!(error instanceof Error) || !('code' in error) || error.name === 'BelljarError') return error;
  return unavailable({ index, url, why: 'network', message: error.message || String(error.code), cause: error });
}
