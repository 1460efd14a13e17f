import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

import { BelljarError } from '../../errors.ts';
import { readNetrc, trustAsConfigured } from '../upstream/index.ts';

export interface ReachOptions {
  readonly url: URL;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

export interface Get {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * How dumps come to this machine: as packages do, by its proxy, with the certificates that it trusts and the passwords of
 * its `.netrc`.
 */
export class Reach implements Disposable {
  readonly #start: URL;
  /** For https alone: what is asked in the open lies on this machine. */
  readonly #agent: HttpsAgent;
  readonly #authorization: string | undefined;

  private constructor(start: URL, agent: HttpsAgent, authorization: string | undefined) {
    this.#start = start;
    this.#agent = agent;
    this.#authorization = authorization;
  }

  /** @throws INPUT_UNREADABLE where the certificates cannot be read, CANCELLED. */
  static async open({ url, env, signal }: ReachOptions): Promise<Reach> {
    const [source] = await trustAsConfigured([{ name: 'advisories', url: url.href }], env, { signal });
    const certificates = source?.certificates;
    const ca = certificates === undefined ? {} : { ca: await readCertificates(certificates) };
    const netrc = await readNetrc(env);
    return new Reach(url, new HttpsAgent({ proxyEnv: env, ...ca }), credentialsOf(url) ?? netrc(url.hostname));
  }

  /** One answer, to be read to its end or destroyed; only where the dump is from is told the password. */
  async get(url: URL, { headers, signal }: Get): Promise<IncomingMessage> {
    const authorization = url.origin === this.#start.origin ? this.#authorization : undefined;
    const all = { 'user-agent': 'belljar', ...headers, ...(authorization === undefined ? {} : { authorization }) };
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request =
      url.protocol === 'https:'
        ? requestHttps(withoutCredentials(url), { headers: all, signal, agent: this.#agent })
        : requestHttp(withoutCredentials(url), { headers: all, signal, agent: false });
    request.on('error', reject); // also what comes after the head, when nobody waits any more
    request.on('response', resolve);
    request.end();
    const answer = await promise;
    answer.on('error', () => undefined); // read or not, one that breaks must not take the process with it
    return answer;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

async function readCertificates(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new BelljarError('INPUT_UNREADABLE', `the certificates for advisories cannot be read from ${path}`, {
      cause,
    });
  }
}

function credentialsOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function withoutCredentials(url: URL): URL {
  const plain = new URL(url);
  plain.username = plain.password = plain.hash = '';
  return plain;
}
