import type { Socket } from 'node:net';
import { type Duplex, Transform } from 'node:stream';

import { type HostDecision, judgeHost } from '../../policy/index.ts';
import { dial } from './dial.ts';
import type { EgressLimits } from './limits.ts';
import { Refusal, type RefusalKind, refusalTable } from './refusal.ts';
import { type Resolve, resolveTarget } from './resolve.ts';
import { type Target, formatTarget } from './target.ts';

export type EgressRules = Parameters<typeof judgeHost>[0]['allow'];

export type EgressProtocol = 'connect' | 'http' | 'socks5' | 'unknown';

/** How a passage ended. */
export type PassageEnd =
  'finished' | 'broken' | 'refused' | 'failed' | 'idle' | 'time' | 'bytes' | 'rules-changed' | 'closed';

/** How each end is answered where an answer is still possible. */
const endKinds: Readonly<Record<PassageEnd, RefusalKind>> = {
  finished: 'unreachable',
  broken: 'unreachable',
  refused: 'policy',
  failed: 'unreachable',
  idle: 'slow',
  time: 'slow',
  bytes: 'limit',
  'rules-changed': 'policy',
  closed: 'unreachable',
};

/** One way out that was asked for, told when it is over. */
export interface PassageReport {
  readonly verdict: 'allow' | 'deny';
  readonly protocol: EgressProtocol;
  /** Where to, in canonical form; what was asked for, quoted, where it has none. */
  readonly target: string;
  readonly host: string | null;
  readonly port: number | null;
  /** The address that was dialled. */
  readonly address: string | null;
  readonly rule: string | null;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly ms: number;
  readonly end: PassageEnd;
  /** One sentence; empty where all went well. */
  readonly why: string;
}

/** What all passages of a sandbox share. */
export interface PassageTerms {
  readonly limits: EgressLimits;
  readonly resolve: Resolve;
  readonly exemptAddressesInTests: readonly string[];
  rules(): EgressRules;
  /** Counts for the whole sandbox; false where that was too much. */
  spend(bytes: number): boolean;
  over(passage: Passage, report: PassageReport): void;
}

/** One way out: from what was asked for to the report of what became of it. */
export class Passage {
  readonly #terms: PassageTerms;
  readonly #protocol: EgressProtocol;
  readonly #startedAt = performance.now();
  readonly #stop = new AbortController();
  readonly #bytes = { up: 0, down: 0 };
  #asked: string;
  #target: Target | undefined;
  #rule: string | undefined;
  #upstream: Socket | undefined;
  #address: string | null = null;
  #idle: NodeJS.Timeout | undefined;
  #idleMs = 0;
  #life: NodeJS.Timeout | undefined;
  #end: PassageEnd | undefined;
  #why = '';

  constructor(terms: PassageTerms, protocol: EgressProtocol, asked: string) {
    this.#terms = terms;
    this.#protocol = protocol;
    this.#asked = asked;
  }

  /** Aborted when the passage is over, whoever ended it. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Whether whoever asked was told that the way is open. */
  get isReached(): boolean {
    return this.#upstream !== undefined;
  }

  /**
   * Judges, resolves, checks and dials: the address that was checked is the one that is dialled.
   *
   * @throws Refusal
   */
  async reach(target: Target, client: Duplex): Promise<Socket> {
    using _watch = this.watchCaller(client);
    const { limits, resolve, exemptAddressesInTests } = this.#terms;
    this.#target = target;
    this.#asked = formatTarget(target);
    const { verdict, reason } = this.#judge(target);
    this.#rule = reason.rule;
    if (verdict === 'deny') throw new Refusal('policy', reason.message, reason.rule);
    const terms = { resolve, exemptAddressesInTests, timeoutMs: limits.resolveMs, signal: this.signal };
    const addresses = await resolveTarget(target, terms);
    this.signal.throwIfAborted();
    const upstream = await dial(addresses, { port: target.port, timeoutMs: limits.dialMs, signal: this.signal });
    this.#upstream = upstream;
    this.#address = upstream.remoteAddress ?? null;
    this.#life = setTimeout(
      () => this.finish('time', `it lasted longer than ${limits.passageMs} ms`),
      limits.passageMs,
    );
    return upstream;
  }

  /** Ends the passage when whoever asked for it goes away before it was reached. */
  watchCaller(client: Duplex): Disposable {
    const giveUp = (): void => this.finish('broken', 'whoever asked went away');
    client.once('close', giveUp);
    return { [Symbol.dispose]: () => void client.off('close', giveUp) };
  }

  /** Counts what goes through, and ends the passage where it is too much. */
  meter(direction: 'up' | 'down'): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        if (this.#spend(direction, chunk.length)) done(null, chunk);
        else done(new Refusal('limit', 'more bytes than one passage may carry'));
      },
    });
  }

  /** From now on something has to go one way or the other within this time. */
  watchIdle(ms: number): void {
    if (this.#end !== undefined) return;
    if (this.#idle !== undefined && this.#idleMs === ms) {
      this.#idle.refresh();
      return;
    }
    clearTimeout(this.#idle);
    this.#idleMs = ms;
    this.#idle = setTimeout(() => this.finish('idle', `nothing went through for ${ms} ms`), ms);
  }

  /** Ends the passage where the rules no longer have a place for it. */
  judgeAgain(): void {
    if (this.#target === undefined) return;
    const { verdict, reason } = this.#judge(this.#target);
    if (verdict === 'allow') return;
    this.#rule = reason.rule;
    this.finish('rules-changed', reason.message);
  }

  /** Ends the passage by what its protocol met, if nothing ended it before; says what to answer. */
  fail(thrown: unknown): Refusal {
    if (thrown instanceof Refusal) {
      this.finish(refusalTable[thrown.kind].isDenial ? 'refused' : 'failed', thrown.message);
      return thrown;
    }
    const { code, message } = thrown as NodeJS.ErrnoException;
    this.finish('broken', code ?? message);
    return new Refusal(endKinds[this.#end ?? 'broken'], this.#why, this.#rule);
  }

  finish(end: PassageEnd, why = ''): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#why = why;
    clearTimeout(this.#idle);
    clearTimeout(this.#life);
    this.#stop.abort();
    this.#upstream?.destroy();
    this.#terms.over(this, this.#describe(end));
  }

  #judge({ host, port }: Target): HostDecision {
    return judgeHost({ allow: this.#terms.rules(), host, port });
  }

  #spend(direction: 'up' | 'down', bytes: number): boolean {
    const { limits } = this.#terms;
    this.#bytes[direction] += bytes;
    const isWithin = this.#bytes[direction] <= (direction === 'up' ? limits.bytesUp : limits.bytesDown);
    if (!this.#terms.spend(bytes) || !isWithin) {
      this.finish('bytes', 'more bytes than a passage, or all of them, may carry');
      return false;
    }
    this.watchIdle(limits.idleMs);
    return true;
  }

  #describe(end: PassageEnd): PassageReport {
    return {
      verdict: end === 'refused' || end === 'rules-changed' ? 'deny' : 'allow',
      protocol: this.#protocol,
      target: this.#asked,
      host: this.#target?.host ?? null,
      port: this.#target?.port ?? null,
      address: this.#address,
      rule: this.#rule ?? null,
      bytesUp: this.#bytes.up,
      bytesDown: this.#bytes.down,
      ms: Math.round(performance.now() - this.#startedAt),
      end,
      why: this.#why,
    };
  }
}
