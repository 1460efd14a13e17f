import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import { normalizeName } from '../../src/policy/index.ts';
import type { Certificate } from './certificate.ts';
import { type Answer, etagOf, sendHonestly } from './honest-answer.ts';
import { htmlPage, htmlType, jsonPage, jsonType, type ListedFile, type ListedProject } from './index-pages.ts';
import { type Misbehaviour, misbehave } from './misbehaviour.ts';
import type { BuiltFile } from './wheels.ts';

export interface PackageIndexOptions {
  /** `negotiated` (the default) as PEP 691 says; `html` whatever is asked. */
  readonly format?: 'negotiated' | 'html' | 'json';
  /** Files answer ranges; by default they do. */
  readonly hasRanges?: boolean;
  /** `user:password` that every request must bring. */
  readonly credentials?: string;
  readonly certificate?: Certificate;
  /** By default pages carry an ETag and are revalidated by it. */
  readonly hasETags?: boolean;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** A real package index on loopback, made of small wheels, that can be told to misbehave. */
export class PackageIndex implements AsyncDisposable {
  /** What came, in order. */
  readonly requests: SeenRequest[] = [];
  readonly #options: PackageIndexOptions;
  readonly #projects = new Map<string, ListedProject>();
  readonly #files = new Map<string, ListedFile>();
  readonly #misbehaviours = new Map<string, Misbehaviour[]>();
  readonly #server: Server;
  #isDead = false;

  constructor(options: PackageIndexOptions = {}) {
    this.#options = options;
    const listener = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#answer(request, response).catch(() => response.destroy());
    this.#server =
      options.certificate === undefined ? createServer(listener) : createHttpsServer(options.certificate, listener);
  }

  static async open(options: PackageIndexOptions = {}): Promise<PackageIndex> {
    const index = new PackageIndex(options);
    index.#server.listen(0, '127.0.0.1');
    await once(index.#server, 'listening');
    return index;
  }

  /** Without credentials. */
  get origin(): string {
    const { port } = this.#server.address() as AddressInfo;
    return this.#options.certificate === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  }

  /** What a client is configured with. */
  get url(): string {
    return `${this.origin}/simple/`;
  }

  /** Adds a project, or says anew what it is. */
  setProject(project: ListedProject): void {
    this.#projects.set(normalizeName(project.name), project);
    for (const listed of project.files) this.#files.set(listed.file.filename, listed);
  }

  /** Adds files to a project, with everything told rightly. */
  add(name: string, ...files: readonly BuiltFile[]): void {
    const known = this.#projects.get(normalizeName(name)) ?? { name, files: [] };
    this.setProject({ ...known, files: [...known.files, ...files.map((file) => ({ file }))] });
  }

  remove(name: string): void {
    this.#projects.delete(normalizeName(name));
  }

  /**
   * What a path answers from now on; those with `once` come one after the other first. A path is `/simple/NAME/`,
   * `/files/FILENAME`, `/files/FILENAME.metadata`, or `*` for all.
   */
  misbehave(path: string, ...misbehaviours: readonly Misbehaviour[]): void {
    this.#misbehaviours.set(path, [...misbehaviours]);
  }

  behave(path: string): void {
    this.#misbehaviours.delete(path);
  }

  /** Every connection is cut, until it is revived. */
  kill(): void {
    this.#isDead = true;
    this.#server.closeAllConnections();
  }

  revive(): void {
    this.#isDead = false;
  }

  /** How often a path was asked for. */
  countRequests(path: string, method?: string): number {
    return this.requests.filter((seen) => seen.path === path && (method === undefined || seen.method === method))
      .length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://index').pathname);
    this.requests.push({ method: request.method ?? '', path, headers: request.headers });
    if (this.#isDead) return void response.destroy();
    if (!this.#isAllowed(request)) return void response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
    const misbehaviour = this.#nextMisbehaviour(path);
    const honest = this.#find(path, request);
    if (misbehaviour !== undefined) return misbehave({ misbehaviour, request, response, honest });
    if (honest === undefined) return void response.writeHead(404).end('no such thing');
    sendHonestly({ request, response, honest, hasRanges: honest.isFile && this.#options.hasRanges !== false });
  }

  #isAllowed(request: IncomingMessage): boolean {
    const { credentials } = this.#options;
    if (credentials === undefined) return true;
    return request.headers.authorization === `Basic ${Buffer.from(credentials).toString('base64')}`;
  }

  #nextMisbehaviour(path: string): Misbehaviour | undefined {
    const queue = [path, '*'].map((key) => this.#misbehaviours.get(key) ?? []).find((known) => known.length > 0);
    const next = queue?.[0];
    if (next?.once === true) queue?.shift();
    return next;
  }

  #find(path: string, request: IncomingMessage): Answer | undefined {
    const [, kind, name = '', rest] = path.split('/');
    if (kind === 'simple' && rest === '') return this.#findPage(name, request.headers.accept ?? '');
    if (kind === 'files' && rest === undefined) return this.#findFile(name);
    return undefined;
  }

  #findPage(name: string, accept: string): Answer | undefined {
    const project = this.#projects.get(name);
    if (project === undefined) return undefined;
    const { format = 'negotiated' } = this.#options;
    const isJson = format === 'json' || (format === 'negotiated' && accept.includes(jsonType));
    const addressOf = (listed: ListedFile): string =>
      listed.url ?? `${isJson ? this.origin : '../..'}/files/${encodeURIComponent(listed.file.filename)}`;
    const body = Buffer.from((isJson ? jsonPage : htmlPage)(project, addressOf));
    const type = isJson ? jsonType : format === 'html' ? 'text/html; charset=utf-8' : htmlType;
    return { body, type, isFile: false, ...(this.#options.hasETags === false ? {} : { etag: etagOf(body) }) };
  }

  #findFile(name: string): Answer | undefined {
    const isMetadata = name.endsWith('.metadata');
    const listed = this.#files.get(isMetadata ? name.slice(0, -'.metadata'.length) : name);
    if (listed === undefined || (isMetadata && listed.coreMetadata === 'none')) return undefined;
    const body = isMetadata ? listed.file.metadata : listed.file.bytes;
    return { body, type: 'application/octet-stream', isFile: true, etag: etagOf(body) };
  }
}
