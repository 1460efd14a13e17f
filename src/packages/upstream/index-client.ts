import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';

import { type Answer, exchange, type Agents } from './exchange.ts';
import { type IndexAddress, isWebAddress, readIndexAddress, showAddress } from './index-address.ts';
import { InnerNetworks } from './inner-networks.ts';
import type { Netrc } from './netrc.ts';
import { passOver } from './read-body.ts';
import { unavailable, whyUnavailable } from './unavailable.ts';
import type { IndexSource } from './upstream.ts';

export interface IndexClientOptions {
  readonly netrc: Netrc;
  /** In PEM, in place of those that Node trusts. */
  readonly certificates?: string | undefined;
  readonly silenceMs: number;
  /** Before each further try; their number is the number of tries. */
  readonly retryDelaysMs: readonly number[];
  readonly env: NodeJS.ProcessEnv;
}

export interface Question {
  readonly url: URL;
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** Files have connections of their own, so that pages never wait for them. */
  readonly isFile?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const maxRedirects = 5;
const pageConnections = 20;
const fileConnections = 8;

/** One index: how it is reached, with which credentials, and which hosts it may send us to. */
export class IndexClient {
  readonly name: string;
  readonly base: URL;
  readonly #address: IndexAddress;
  readonly #options: IndexClientOptions;
  /** Those that were configured: they may lie anywhere. */
  readonly #ownHosts: ReadonlySet<string>;
  readonly #hosts: Set<string>;
  readonly #inner: InnerNetworks;
  #agents: { readonly pages: Agents; readonly files: Agents } | undefined;

  constructor(source: IndexSource, options: IndexClientOptions) {
    this.name = source.name;
    this.#address = readIndexAddress(source.url);
    this.base = this.#address.base;
    this.#options = options;
    this.#ownHosts = new Set([this.base.host, ...(source.hosts ?? [])]);
    this.#hosts = new Set(this.#ownHosts);
    this.#inner = new InnerNetworks({ index: this.name, base: this.base });
  }

  pageUrl(name: string): URL {
    return new URL(`${name}/`, this.base);
  }

  /** Hosts that a page of this index names: files may come from there. */
  admitHosts(hosts: Iterable<string>): void {
    for (const host of hosts) this.#hosts.add(host);
  }

  mayReach(url: URL): boolean {
    return (
      isWebAddress(url) && this.#hosts.has(url.host) && !(this.base.protocol === 'https:' && url.protocol === 'http:')
    );
  }

  /**
   * Asks, follows where it is sent, tries again what may pass.
   *
   * @throws INDEX_UNAVAILABLE, CANCELLED; an answer of any status is none of these.
   */
  async ask(question: Question): Promise<Answer> {
    for (const delayMs of this.#options.retryDelaysMs) {
      try {
        const answer = await this.#follow(question);
        if (!isBusy(answer.status)) return answer;
        await passOver(answer);
      } catch (error) {
        if (whyUnavailable(error) !== 'network' || isHopeless(error)) throw error;
      }
      await wait(delayMs, undefined, question.signal === undefined ? {} : { signal: question.signal });
    }
    return this.#follow(question);
  }

  close(): void {
    for (const { http, https } of Object.values(this.#agents ?? {})) {
      http.destroy();
      https.destroy();
    }
  }

  async #follow(question: Question): Promise<Answer> {
    let { url } = question;
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      if (!this.mayReach(url))
        throw this.#sentAway(question.url, `it leads to ${showAddress(url)}, which is no place of this index`);
      const answer = await this.#exchange(question, url);
      const next = nextPlace(answer);
      if (next === undefined) return answer;
      await passOver(answer);
      url = next;
    }
    throw this.#sentAway(question.url, `it leads on more than ${maxRedirects} times`);
  }

  async #exchange({ method = 'GET', headers = {}, isFile = false, signal }: Question, url: URL): Promise<Answer> {
    const authorization = this.#authorize(url);
    const isNamed = !this.#ownHosts.has(url.host);
    if (isNamed) await this.#inner.requireOutside(url);
    return exchange({
      index: this.name,
      url,
      method,
      headers: { 'user-agent': 'belljar', ...headers, ...(authorization === undefined ? {} : { authorization }) },
      agents: isFile ? this.#reach().files : this.#reach().pages,
      silenceMs: this.#options.silenceMs,
      lookup: isNamed ? this.#inner.lookupFor(url) : undefined,
      signal,
    });
  }

  /** Made when something is first asked: a plan whose pages are fresh asks nothing. */
  #reach(): { readonly pages: Agents; readonly files: Agents } {
    if (this.#agents !== undefined) return this.#agents;
    const { certificates, env } = this.#options;
    // One context for all connections: reading a hundred certificates takes longer than a handshake.
    const secureContext = createSecureContext(certificates === undefined ? {} : { ca: certificates });
    const agents = (maxSockets: number): Agents => {
      const common = { keepAlive: true, maxSockets, proxyEnv: env };
      return { http: new HttpAgent(common), https: new HttpsAgent({ ...common, secureContext }) };
    };
    return (this.#agents = { pages: agents(pageConnections), files: agents(fileConnections) });
  }

  /** To the index’s own place alone: a page may name any other, and another port of a host is another program. */
  #authorize(url: URL): string | undefined {
    if (url.origin !== this.base.origin) return undefined;
    return this.#address.authorization ?? this.#options.netrc(url.hostname);
  }

  #sentAway(url: URL, message: string): Error {
    return unavailable({ index: this.name, url, why: 'redirect', message });
  }
}

function nextPlace({ status, headers, url }: Answer): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined) return undefined;
  const next = URL.parse(headers.location, url);
  if (next === null) return undefined;
  next.username = '';
  next.password = '';
  next.hash = '';
  return next;
}

function isBusy(status: number): boolean {
  return [429, 502, 503, 504].includes(status);
}

/** Where nobody listens, asking again at once is of no use. */
function isHopeless(error: unknown): boolean {
  const { cause } = error as Error;
  return (
    cause instanceof Error && 'code' in cause && ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(String(cause.code))
  );
}
