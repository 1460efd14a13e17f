import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { Duplex } from 'node:stream';

import { answerHttp } from './answer.ts';
import { Caller } from './caller.ts';
import { answerRequest, forwardRequest } from './forward-request.ts';
import { type EgressLimits, defaultEgressLimits, maxHeadBytes } from './limits.ts';
import { type EgressProtocol, type EgressRules, Passage, type PassageReport, type PassageTerms } from './passage.ts';
import { Refusal } from './refusal.ts';
import { type Resolve, resolveByDns } from './resolve.ts';
import { answerSocks, readSocksTarget, socksVersion } from './socks.ts';
import { parseAuthority, quote } from './target.ts';
import { joinTunnel } from './tunnel.ts';

export interface EgressOptions {
  /** Asked at every passage, so that a changed policy holds from the next one on. */
  readonly rules: () => EgressRules;
  /** Told of each passage when it is over, and of each that was refused. */
  readonly onReport: (report: PassageReport) => void;
  readonly limits?: Partial<EgressLimits>;
  /** The machine's name servers where left out. */
  readonly resolve?: Resolve;
  /** `address:port` that may be dialled although they are special: for tests, whose servers live on loopback. */
  readonly exemptAddressesInTests?: readonly string[];
}

/**
 * The only way out of a sandbox: takes connections from inside, whose first byte tells whether they speak HTTP or
 * SOCKS5, and lets through what the rules name.
 */
export class EgressProxy {
  readonly #limits: EgressLimits;
  readonly #terms: PassageTerms;
  readonly #http: Server;
  readonly #callers = new Map<Duplex, Caller>();
  readonly #passages = new Set<Passage>();
  #bytes = 0;
  #isClosed = false;

  constructor(options: EgressOptions) {
    this.#limits = { ...defaultEgressLimits, ...options.limits };
    this.#terms = {
      limits: this.#limits,
      resolve: options.resolve ?? resolveByDns,
      exemptAddressesInTests: options.exemptAddressesInTests ?? [],
      rules: options.rules,
      spend: (bytes) => (this.#bytes += bytes) <= this.#limits.bytesInAll,
      over: (passage, report) => {
        this.#passages.delete(passage);
        options.onReport(report);
      },
    };
    this.#http = this.#createHttp();
  }

  /** Takes over a connection from inside. All that comes by it is untrusted. */
  accept(stream: Duplex): void {
    if (this.#isClosed || this.#callers.size >= this.#limits.connections) {
      stream.on('error', () => undefined); // nobody waits for it
      stream.destroy();
      if (!this.#isClosed) this.#refuse('unknown', new Refusal('limit', 'more connections at once than may be'));
      return;
    }
    this.#callers.set(stream, new Caller(stream, this.#limits.helloMs));
    stream.once('close', () => this.#callers.delete(stream));
    stream.once('readable', () => this.#greet(stream));
  }

  /** Ends what the rules no longer have a place for. */
  rulesChanged(): void {
    for (const passage of this.#passages) passage.judgeAgain();
  }

  /** Ends everything; nothing is accepted any more. */
  close(): void {
    this.#isClosed = true;
    for (const passage of this.#passages) passage.finish('closed');
    for (const stream of this.#callers.keys()) stream.destroy();
  }

  #greet(stream: Duplex): void {
    const first = stream.read() as Buffer | null;
    if (first === null) {
      stream.destroy(); // it ended without a word
      return;
    }
    stream.unshift(first);
    const letter = first[0] ?? 0;
    const isUpperCase = letter >= 0x41 && letter <= 0x5a;
    if (letter === socksVersion) void this.#serveSocks(stream);
    else if (isUpperCase) this.#http.emit('connection', stream);
    else {
      this.#refuse('unknown', new Refusal('unsupported', 'it begins with neither HTTP nor SOCKS5'));
      stream.destroy();
    }
  }

  #createHttp(): Server {
    // It never listens, so its own clocks never run: a caller's patience and a passage's clocks stand in for them.
    const http = createServer({ maxHeaderSize: maxHeadBytes, insecureHTTPParser: false, requireHostHeader: false });
    http.on('connect', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      if (head.length > 0) stream.unshift(head);
      void this.#serveConnect(request.url ?? '', stream);
    });
    http.on('request', (request, response) => void this.#serveRequest(request, response));
    http.on('clientError', (error: NodeJS.ErrnoException, stream: Duplex) => {
      if (stream.destroyed || error.code === 'ECONNRESET') return;
      const refusal = new Refusal('malformed', `the request cannot be read: ${error.code ?? error.message}`);
      this.#refuse('http', refusal);
      answerHttp(stream, refusal);
    });
    return http;
  }

  async #serveConnect(asked: string, client: Duplex): Promise<void> {
    const passage = this.#begin('connect', quote(asked));
    const talk = async (): Promise<void> => {
      const target = parseAuthority(asked);
      const upstream = await passage.reach(target, client);
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      await joinTunnel({ passage, target, client, upstream, limits: this.#limits });
    };
    const refusal = await this.#during(passage, client, talk);
    if (refusal !== undefined && !passage.isReached) answerHttp(client, refusal);
    else client.end();
  }

  async #serveSocks(client: Duplex): Promise<void> {
    const passage = this.#begin('socks5', '');
    const talk = async (): Promise<void> => {
      const target = await readSocksTarget(client, this.#limits.helloMs);
      const upstream = await passage.reach(target, client);
      answerSocks(client);
      await joinTunnel({ passage, target, client, upstream, limits: this.#limits });
    };
    const refusal = await this.#during(passage, client, talk);
    if (refusal !== undefined && !passage.isReached) answerSocks(client, refusal);
    client.end();
  }

  async #serveRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const passage = this.#begin('http', quote(request.url ?? ''));
    const talk = async (): Promise<void> => {
      // Requests that come without waiting for the answers to those before.
      if (this.#passages.size > this.#limits.connections)
        throw new Refusal('limit', 'more requests at once than may be');
      await forwardRequest(passage, { request, response, limits: this.#limits });
    };
    const refusal = await this.#during(passage, request.socket, talk);
    if (refusal !== undefined) answerRequest(response, refusal);
  }

  #begin(protocol: EgressProtocol, asked: string): Passage {
    const passage = new Passage(this.#terms, protocol, asked);
    this.#passages.add(passage);
    return passage;
  }

  /** What never came as far as asking for a place. */
  #refuse(protocol: EgressProtocol, refusal: Refusal): void {
    this.#begin(protocol, '').fail(refusal);
  }

  /** Sees a passage to its end, and says why it was not what was asked for. */
  async #during(passage: Passage, client: Duplex, talk: () => Promise<void>): Promise<Refusal | undefined> {
    const caller = this.#callers.get(client);
    caller?.passageBegins();
    try {
      await talk();
      passage.finish('finished');
      return undefined;
    } catch (thrown) {
      return passage.fail(thrown);
    } finally {
      caller?.passageEnds();
    }
  }
}
