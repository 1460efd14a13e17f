import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

import { BelljarError } from '../../errors.ts';
import { findLookalike } from '../names/index.ts';
import { type Address, readAddress } from './address.ts';
import { sendText } from './answer.ts';
import { type Client, type ClientEntry, Clients, hashToken, makeToken, tokensOfBasic } from './clients.ts';
import type { Desk, Errand, GateOptions } from './desk.ts';
import { isOwnHost } from './host-names.ts';
import type { Grounds } from './grounds.ts';
import type { ListedWheel } from './inspections.ts';
import type { JudgedPage } from './judge-page.ts';
import { MetadataHashes } from './metadata-hashes.ts';
import { ReadyPages } from './ready-pages.ts';
import type { Refusal } from './refusal-book.ts';
import { isClosed, refuseLock } from './refuse-lock.ts';
import { serveFile } from './serve-file.ts';
import { servePage, serveRoot } from './serve-page.ts';
import { ServedStore } from './served-store.ts';
import { serveRefusals } from './serve-refusals.ts';
import { tellFailure } from './tell-failure.ts';
import type { View, ViewName } from './view.ts';

/** No client that installs packages sends as many requests before it has read an answer. */
const mostAhead = 256;

const defaultMaxPageBytes = 256 * 1024 * 1024;

export interface AdmitOptions {
  /** What the record and the refusals call it. */
  readonly id: string;
  readonly view: ViewName;
  /** A token that is known already, so that the client's addresses stay what they were; a new one where left out. */
  readonly token?: string;
  readonly pageFreshS?: number;
  /** Whether it is shown what was refused to others. */
  readonly seesAll?: boolean;
}

/** A client that came in through the program, not through a file. */
export interface AdmittedClient extends Disposable {
  readonly token: string;
  /** The beginning of its addresses: `${path}/simple/` is its index, `${path}/lock/${digest}/simple/` that of a lock. */
  readonly path: string;
  refusals(): Refusal[];
  dismiss(): void;
}

/** The filtering index: everything that comes in comes through here, and nothing does unjudged. */
export class Gate implements AsyncDisposable {
  readonly #desk: Desk;
  readonly #clients = new Clients();
  readonly #server: Server;
  readonly #closing = new AbortController();
  /** Connections that did not come over the network: no page of another site can make one. */
  readonly #private = new WeakSet<Duplex>();
  readonly #queues = new WeakMap<Duplex, { last: Promise<void>; waiting: number }>();

  constructor(options: GateOptions) {
    const metadataHashes = new MetadataHashes();
    const { inspections, maxPageBytes: maxBytes = defaultMaxPageBytes } = options;
    const findMetadataHash = (wheel: ListedWheel): string | undefined => {
      const inspection = inspections.peek(wheel);
      return inspection?.verdict === 'sound' ? inspection.metadataSha256 : metadataHashes.find(wheel.sha256);
    };
    const folder = options.pagesFolder;
    const store = folder === undefined ? undefined : new ServedStore({ folder, maxBytes: defaultMaxPageBytes });
    const pages = new ReadyPages({ maxBytes, findMetadataHash, store });
    this.#desk = { options, pages, metadataHashes, signal: this.#closing.signal, grounds: () => this.#grounds() };
    for (const entry of options.clients ?? []) this.#clients.admit(entry);
    this.#server = createServer(
      { keepAliveTimeout: 75_000, headersTimeout: 15_000, requestTimeout: 30_000, noDelay: true },
      (request, response) => void this.#inTurn(request, response),
    );
    // A reader that takes nothing for so long is gone.
    this.#server.setTimeout(120_000);
  }

  /** @throws ADDRESS_UNUSABLE */
  async listen({ host = '127.0.0.1', port = 0 } = {}): Promise<{ readonly host: string; readonly port: number }> {
    try {
      this.#server.listen(port, host);
      await once(this.#server, 'listening');
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new BelljarError('ADDRESS_UNUSABLE', `cannot listen on ${host}, port ${port}: ${code}`, { cause });
    }
    return { host, port: this.#port() };
  }

  /** Serves a connection that was made in another way: by a bridge out of a sandbox. */
  accept(connection: Duplex): void {
    this.#private.add(connection);
    this.#server.emit('connection', connection);
  }

  admit({ id, view, token = makeToken(), pageFreshS = 0, seesAll = false }: AdmitOptions): AdmittedClient {
    const tokenHash = hashToken(token);
    const client = this.#clients.admit({ id, view, tokenHash, seesAll }, { pageFreshS });
    const dismiss = (): void => this.#clients.dismiss(tokenHash);
    return {
      token,
      path: `/t/${token}`,
      refusals: () => client.refusals.list(),
      dismiss,
      [Symbol.dispose]: dismiss,
    };
  }

  /** Takes the clients of a file as they are now; those who were admitted by the program stay. */
  replaceClients(previous: readonly ClientEntry[], entries: readonly ClientEntry[]): void {
    const hashes = new Set(entries.map(({ tokenHash }) => tokenHash));
    for (const { tokenHash } of previous) if (!hashes.has(tokenHash)) this.#clients.dismiss(tokenHash);
    for (const entry of entries) this.#clients.admit(entry);
  }

  /** Every file of a project with its verdict and what stands against it; undefined where no index has the project. */
  async judge(name: string, { signal }: { signal?: AbortSignal } = {}): Promise<JudgedPage | undefined> {
    const page = await this.#desk.options.upstream.findPage(name, { signal });
    return page === undefined ? undefined : this.#desk.pages.judge(page, this.#grounds());
  }

  /** Lets those who are being answered finish, for a moment. */
  async close({ graceMs = 2000 } = {}): Promise<void> {
    const closed = this.#server.listening ? once(this.#server, 'close') : Promise.resolve();
    this.#server.close();
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(timer);
    this.#closing.abort(new BelljarError('CANCELLED', 'the gate is closed'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #grounds(): Grounds {
    const { policy: current, advisories, now, inspections } = this.#desk.options;
    const { policy, hash: policyHash } = current();
    return {
      policy,
      policyHash,
      advisories: advisories?.() ?? noAdvisories,
      now: now?.() ?? new Date(),
      loadInspections: (project) => inspections.load(project),
      peekInspection: (wheel) => inspections.peek(wheel),
      inspectionDueMs: (wheel) => inspections.dueMs(wheel),
      findLookalike: (name) => findLookalike(name, policy),
    };
  }

  #port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  /** One answer at a time for each connection: whoever sends requests ahead has no files opened ahead. */
  async #inTurn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    const queue = this.#queues.get(socket) ?? { last: Promise.resolve(), waiting: 0 };
    this.#queues.set(socket, queue);
    if (++queue.waiting > mostAhead) {
      socket.destroy();
      return;
    }
    const before = queue.last;
    queue.last = before.then(async () => {
      if (!socket.destroyed) await Promise.all([this.#handle(request, response), finished(response)]);
      queue.waiting -= 1;
    });
    await queue.last;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined); // whoever left needs no answer
    try {
      await this.#answer(request, response);
    } catch (thrown) {
      if (response.headersSent || response.destroyed) response.destroy();
      else sendText({ request, response }, tellFailure(thrown));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = { request, response };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const headers = { allow: 'GET, HEAD', connection: 'close' };
      sendText(exchange, { status: 405, text: 'Only GET and HEAD are known here.', headers });
      return;
    }
    const { hosts = [] } = this.#desk.options;
    if (!this.#private.has(request.socket) && !isOwnHost(request.headers.host, { port: this.#port(), hosts })) {
      sendText(exchange, { status: 421, text: 'This host is not served here.' });
      return;
    }
    const address = readAddress(request.url ?? '');
    if (address === undefined) {
      sendText(exchange, { status: 404, text: 'There is nothing at this address.' });
      return;
    }
    const client = this.#identify(request, address);
    if (client === undefined) sendStranger(exchange, address);
    else await this.#serve({ ...exchange, client, prefix: address.prefix, view: { name: client.view } }, address);
  }

  #identify(request: IncomingMessage, { token }: Address): Client | undefined {
    const tokens = token === undefined ? tokensOfBasic(request.headers.authorization) : [token];
    return tokens.map((each) => this.#clients.find(each)).find((client) => client !== undefined);
  }

  async #serve(errand: Errand, { place, lock }: Address): Promise<void> {
    const view = await this.#viewOf(errand, lock);
    if (view === undefined) {
      sendText(errand, { status: 404, text: 'There is no such lock.' });
      return;
    }
    const viewing = { ...errand, view };
    if (isClosed(view) && place.kind !== 'refusals') {
      refuseLock(this.#desk, viewing);
      return;
    }
    switch (place.kind) {
      case 'elsewhere':
        sendText(errand, { status: 301, text: place.path, headers: { location: place.path } });
        return;
      case 'home':
        sendText(errand, {
          status: 200,
          text: `Belljar's gate.\nThe index: ${errand.prefix}/simple/\nWhat was refused: ${errand.prefix}/refusals`,
        });
        return;
      case 'refusals':
        serveRefusals(viewing, this.#clients.all());
        return;
      case 'root':
        serveRoot(this.#desk, viewing);
        return;
      case 'project':
        await servePage(this.#desk, viewing, place.name);
        return;
      case 'file':
        await serveFile(this.#desk, viewing, place);
    }
  }

  async #viewOf({ view }: Errand, digest: string | undefined): Promise<View | undefined> {
    if (digest === undefined) return view;
    const lock = await this.#desk.options.findLock?.(digest);
    return lock === undefined ? undefined : { ...view, lock };
  }
}

/** Resolves when an answer was given, or nobody is there any more to take it. */
function finished(response: ServerResponse): Promise<void> {
  if (response.writableFinished || response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    response.once('finish', () => resolve());
    response.once('close', () => resolve());
  });
}

const noAdvisories = { asOf: undefined, find: () => [] };

/** Basic authentication can be tried again; a token in the address is right or wrong. */
function sendStranger(exchange: { request: IncomingMessage; response: ServerResponse }, { token }: Address): void {
  if (token === undefined) {
    const headers = { 'www-authenticate': 'Basic realm="Belljar gate", charset="UTF-8"' };
    sendText(exchange, { status: 401, text: 'A token is needed: in the address, or as the password.', headers });
  } else {
    sendText(exchange, { status: 403, text: 'The token of this address is not known here, or not any more.' });
  }
}
