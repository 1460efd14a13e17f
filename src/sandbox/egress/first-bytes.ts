import { Transform, type TransformCallback } from 'node:stream';

import { readClientHello } from './client-hello.ts';
import { Refusal } from './refusal.ts';
import { readRequestHead } from './request-head.ts';
import { type Target, formatTarget, parseAuthority, parseHost, quote } from './target.ts';

/** The port on which nothing but TLS is let through. */
export const tlsPort = 443;

/** What speaks in a tunnel, as far as its first bytes tell. */
export type TunnelVoice = 'tls' | 'http' | 'other';

type Opinion =
  | {
      readonly kind: 'incomplete';
      readonly atLeast: number;
      /** Where no more comes: whether it is nothing that would have to be held to a host. */
      readonly isHarmless: boolean;
    }
  | { readonly kind: 'fine' }
  | { readonly kind: 'refused'; readonly voice: TunnelVoice; readonly why: string };

/** Whether the first bytes of a tunnel are for the host that the tunnel was opened to. */
export function judgeFirstBytes(bytes: Buffer, target: Target): Opinion {
  const tls = readClientHello(bytes);
  if (tls.kind === 'incomplete') return { ...tls, isHarmless: false };
  if (tls.kind === 'malformed') return { kind: 'refused', voice: 'tls', why: tls.why };
  if (tls.kind === 'hello') return judgeServerName(tls.serverName, target);
  const http = readRequestHead(bytes);
  if (target.port === tlsPort) {
    const voice = http.kind === 'other' ? 'other' : 'http';
    return { kind: 'refused', voice, why: `on port ${tlsPort} nothing but TLS is let through` };
  }
  if (http.kind === 'other') return { kind: 'fine' };
  if (http.kind === 'incomplete') {
    return { kind: 'incomplete', atLeast: bytes.length + 1, isHarmless: !http.isRequest };
  }
  if (http.kind === 'malformed') return { kind: 'refused', voice: 'http', why: http.why };
  return judgeAuthorities(http.authorities, target);
}

function judgeServerName(serverName: string | undefined, target: Target): Opinion {
  const refused = (why: string): Opinion => ({ kind: 'refused', voice: 'tls', why });
  if (target.isAddress) {
    return serverName === undefined ? { kind: 'fine' } : refused(`TLS to an address names ${quote(serverName)}`);
  }
  if (serverName === undefined) return refused(`TLS does not name its server, which must be ${target.host}`);
  if (isHost(serverName, target)) return { kind: 'fine' };
  return refused(`TLS is for ${quote(serverName)}, the tunnel for ${target.host}`);
}

function judgeAuthorities(authorities: readonly string[], target: Target): Opinion {
  for (const authority of authorities) {
    if (isAuthority(authority, target)) continue;
    const why = `the request is for ${quote(authority)}, the tunnel for ${formatTarget(target)}`;
    return { kind: 'refused', voice: 'http', why };
  }
  return { kind: 'fine' };
}

function isHost(text: string, target: Target): boolean {
  try {
    return parseHost(text).host === target.host;
  } catch {
    return false; // what cannot be read is not the host
  }
}

function isAuthority(text: string, target: Target): boolean {
  try {
    const { host, port } = parseAuthority(text, 80);
    // Without a port it means the one that the connection came by.
    return host === target.host && (port === target.port || !/:\d+$/.test(text));
  } catch {
    return false;
  }
}

/** Pieces of a byte each would have us look at the same bytes again and again. */
const maxLookedAtBytes = 4 * 1024 * 1024;

/** Keeps back what is sent into a tunnel until it is known whom it is for. */
export class FirstBytes extends Transform {
  readonly #target: Target;
  readonly #checked = Promise.withResolvers<boolean>();
  #kept: Buffer[] = [];
  #size = 0;
  #atLeast = 1;
  #lookedAt = 0;
  #isHarmless = false;
  #isFine = false;

  constructor(target: Target) {
    super();
    this.#target = target;
  }

  /** Resolves to whether all was fine. */
  get checked(): Promise<boolean> {
    return this.#checked.promise;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#isFine) {
      done(null, chunk);
      return;
    }
    this.#kept.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#atLeast) {
      done();
      return;
    }
    const bytes = Buffer.concat(this.#kept);
    this.#kept = [bytes];
    this.#lookedAt += bytes.length;
    if (this.#lookedAt > maxLookedAtBytes) {
      done(new ContentsRefusal('what goes through the tunnel comes in too many pieces', 'other'));
      return;
    }
    const opinion = judgeFirstBytes(bytes, this.#target);
    if (opinion.kind === 'refused') done(new ContentsRefusal(opinion.why, opinion.voice));
    else if (opinion.kind === 'fine') this.#pass(bytes, done);
    else {
      this.#atLeast = opinion.atLeast;
      this.#isHarmless = opinion.isHarmless;
      done();
    }
  }

  override _flush(done: TransformCallback): void {
    if (this.#isFine || this.#size === 0) done();
    else if (this.#isHarmless) this.#pass(Buffer.concat(this.#kept), done);
    else done(new ContentsRefusal('the tunnel was closed before it was known whom it is for', 'other'));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#checked.resolve(this.#isFine);
    done(error);
  }

  #pass(bytes: Buffer, done: TransformCallback): void {
    this.#isFine = true;
    this.#kept = [];
    this.#checked.resolve(true);
    done(null, bytes);
  }
}

/** Says too in which words an answer would be understood. */
export class ContentsRefusal extends Refusal {
  readonly voice: TunnelVoice;

  constructor(why: string, voice: TunnelVoice) {
    super('contents', why);
    this.voice = voice;
  }
}
