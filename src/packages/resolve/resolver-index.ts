import { hash } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { Duplex } from 'node:stream';

import { toBelljarError } from '../../errors.ts';
import { isProjectName, normalizeName } from '../../policy/index.ts';
import type { ProjectFile, ProjectPage, Upstream } from '../upstream/index.ts';
import type { NamedSource, ReadSource, UnreadSource } from './source-reading.ts';
import { isSource, standInName } from './stand-in.ts';
import type { IdentifyVersion, View } from './view.ts';

export interface ResolverIndexOptions {
  readonly upstream: Pick<Upstream, 'findPage' | 'fetchMetadata' | 'findSize'>;
  readonly view: View;
  /** Takes out what the target cannot use. */
  readonly narrow: (page: ProjectPage) => Promise<ProjectPage>;
  readonly identify: IdentifyVersion;
  /** Without it no source is shown. */
  readonly readSource?: ReadSource | undefined;
  /** What upstream was asked before this moment is asked again. */
  readonly checkedSinceMs?: number | undefined;
  /** How long a page is good without asking upstream. */
  readonly freshMs: number;
  readonly now: () => number;
  /** Told of each page that was looked for, so that a person sees how far it has come. */
  readonly onPage?: ((name: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Answer {
  readonly status: number;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

const pageType = 'application/vnd.pypi.simple.v1+json';
/** Raised whenever pages are made in another way. */
const pageForm = 2;
const forGood = 'max-age=31536000, immutable';
/** A page that is not there may be there soon. */
const absentForSeconds = 60;

/**
 * One view of the index, for one resolution, and for nobody else: it listens nowhere, but takes the connections that
 * come out of a sandbox.
 */
export class ResolverIndex {
  /** The names that no index has. */
  readonly absent = new Set<string>();
  /** The sources whose METADATA was asked for and is not known. */
  readonly unread: UnreadSource[] = [];
  /** What went wrong while it was asked. */
  readonly failures: Error[] = [];
  readonly #options: ResolverIndexOptions;
  readonly #http: Server;
  readonly #files = new Map<string, ShownFile>();
  readonly #connections = new Set<Duplex>();

  constructor(options: ResolverIndexOptions) {
    this.#options = options;
    this.#http = createServer({ keepAlive: true, requireHostHeader: false }, (request, response) => {
      void this.#serve(request, response);
    });
    this.#http.on('clientError', (_error, connection: Duplex) => connection.destroy());
  }

  /** Takes over a connection; all that comes by it is untrusted. */
  accept(connection: Duplex): void {
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
    this.#http.emit('connection', connection);
  }

  close(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body, headers } = await this.#answer(request).catch((thrown: unknown): Answer => {
      const error = toBelljarError(thrown);
      this.failures.push(error);
      return { status: 503, body: error.message };
    });
    response.writeHead(status, headers);
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  async #answer({ method, url = '', headers }: IncomingMessage): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: '' };
    const [, name] = /^\/[0-9a-f]+\/simple\/([^/]+)\/$/.exec(url) ?? [];
    if (name !== undefined) return this.#answerPage(name, headers['if-none-match']);
    const [, sha256, filename] =
      /^\/[0-9a-f]+\/files\/([0-9a-f]{64})\/[0-9a-f]{16}\/([^/]+)\.metadata$/.exec(url) ?? [];
    if (sha256 !== undefined && filename !== undefined) return this.#answerMetadata(sha256, filename);
    return { status: 404, body: '' };
  }

  async #answerPage(name: string, known?: string): Promise<Answer> {
    const { upstream, view, narrow, onPage, signal, now, checkedSinceMs } = this.#options;
    const asking = { signal, checkedSinceMs };
    const page = isProjectName(name) ? await upstream.findPage(normalizeName(name), asking) : undefined;
    onPage?.(name);
    if (page === undefined) {
      this.absent.add(name);
      return { status: 404, body: '', headers: { 'cache-control': `max-age=${absentForSeconds}` } };
    }
    const mark = known === undefined ? undefined : readMark(known);
    if (mark !== undefined && mark.page === digestOf(page) && mark.validUntilMs > now()) {
      return { status: 304, body: '', headers: this.#describe(page, mark.validUntilMs) };
    }
    const { files, validUntilMs } = await view.show(await narrow(page));
    const shown = files.flatMap((file) => this.#name(page, file));
    for (const each of shown) this.#files.set(`${each.file.sha256}/${each.filename}`, each);
    const headers = { 'content-type': pageType, ...this.#describe(page, validUntilMs) };
    return { status: 200, body: renderPage(page, shown), headers };
  }

  #describe(page: ProjectPage, validUntilMs: number): Record<string, string> {
    const { freshMs, now } = this.#options;
    const goodMs = Math.min(Date.parse(page.fetchedAt) + freshMs, validUntilMs) - now();
    const seconds = Math.max(0, Math.floor(goodMs / 1000));
    return { etag: `"${digestOf(page)}.${validUntilMs}"`, 'cache-control': `max-age=${seconds}` };
  }

  #name({ name }: ProjectPage, file: ProjectFile): ShownFile[] {
    const { readSource, identify } = this.#options;
    if (!isSource(file)) return [{ file, filename: file.filename }];
    const version = identify(file.filename, name);
    if (readSource === undefined || version === undefined) return [{ file, filename: file.filename }];
    return [{ file, filename: standInName(name, version), source: { file, name, version } }];
  }

  async #answerMetadata(sha256: string, filename: string): Promise<Answer> {
    const shown =
      this.#files.get(`${sha256}/${decodeURIComponent(filename)}`) ?? (await this.#findFile(sha256, filename));
    const body = shown === undefined ? undefined : await this.#readMetadata(shown);
    if (body === undefined) return { status: 404, body: '' };
    return { status: 200, body, headers: { 'content-type': 'text/plain', 'cache-control': forGood } };
  }

  async #readMetadata({ file, source }: ShownFile): Promise<Uint8Array | undefined> {
    const { upstream, readSource, signal } = this.#options;
    if (source === undefined || readSource === undefined) {
      // What the engine looks at it mostly takes, and then the plan wants its size: asked for now, nobody waits for it.
      void upstream.findSize(file, { signal }).catch(() => undefined);
      return upstream.fetchMetadata(file, { signal });
    }
    const reading = await readSource(source, signal);
    if (reading.kind === 'read') return reading.metadata;
    const { name, version } = source;
    const { kind: _, ...why } = reading;
    this.unread.push({ name, version, filename: file.filename, ...why });
    return undefined;
  }

  /** The page may be one that the engine remembers from an earlier resolution. */
  async #findFile(sha256: string, filename: string): Promise<ShownFile | undefined> {
    const [name = ''] = filename.split('-');
    await this.#answerPage(name);
    return this.#files.get(`${sha256}/${decodeURIComponent(filename)}`);
  }
}

interface Mark {
  readonly page: string;
  readonly validUntilMs: number;
}

/**
 * The ETag of a page tells what it was made of and until when that holds, so that what is unchanged need not be made
 * again to be known. Another view, target or pin has other addresses.
 */
function readMark(etag: string): Mark | undefined {
  const [, page, until] = /^"([0-9a-f]{32})\.(\d+|Infinity)"$/.exec(etag) ?? [];
  return page === undefined ? undefined : { page, validUntilMs: Number(until) };
}

function digestOf({ index, digest }: ProjectPage): string {
  return hash('sha256', `${pageForm} ${index} ${digest}`).slice(0, 32);
}

/** A file, and what the engine knows it by. */
interface ShownFile {
  readonly file: ProjectFile;
  readonly filename: string;
  readonly source?: NamedSource;
}

function renderPage({ name, index }: ProjectPage, files: readonly ShownFile[]): string {
  return JSON.stringify({
    meta: { 'api-version': '1.0' },
    name,
    files: files.map(({ file, filename }) => ({
      filename,
      url: `../../files/${file.sha256}/${promiseOf(index, file)}/${encodeURIComponent(filename)}`,
      hashes: { sha256: file.sha256 },
      'requires-python': file.requiresPython,
      'upload-time': file.uploadTime,
      yanked: file.yanked ? (file.yankedReason ?? true) : false,
      'core-metadata': markMetadata(filename, file),
    })),
  });
}

/**
 * The engine keeps METADATA for good, by its address: what another index says of the same wheel, and what is promised of it
 * anew, have other addresses, so that what was wrong once is not believed for ever.
 */
function promiseOf(index: string, { coreMetadata }: ProjectFile): string {
  const promised = typeof coreMetadata === 'object' ? (coreMetadata.sha256 ?? '') : '';
  return hash('sha256', `${index}\n${promised}`).slice(0, 16);
}

/** What has none beside it is read out of the wheel, by us: the engine never needs to take a wheel apart. */
function markMetadata(filename: string, { coreMetadata, ...file }: ProjectFile): { readonly sha256: string } | boolean {
  if (!filename.endsWith('.whl')) return false;
  if (isSource(file)) return true;
  return typeof coreMetadata === 'object' && coreMetadata.sha256 !== undefined ? { sha256: coreMetadata.sha256 } : true;
}
