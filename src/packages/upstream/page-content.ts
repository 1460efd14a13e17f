import { normalizeName } from '../../policy/index.ts';
import { isWebAddress } from './index-address.ts';
import { type ProjectFile, type ProjectStatus, projectStatuses } from './project-page.ts';

/** What a page says, in whichever form it came. */
export interface PageContent {
  readonly status: ProjectStatus;
  readonly statusReason?: string | undefined;
  readonly files: readonly ProjectFile[];
  /** The links that are no files of the project. */
  readonly strangers: number;
}

/** What came is no page of an index. */
export class PageProblem extends Error {}

/** A file as the page spells it; each part may be missing or nonsense. */
export interface RawFile {
  readonly filename: unknown;
  /** Absolute or relative to the page. */
  readonly url: string;
  readonly sha256: unknown;
  readonly sizeBytes: unknown;
  readonly uploadTime: unknown;
  readonly requiresPython: unknown;
  readonly yanked: boolean;
  readonly yankedReason: unknown;
  readonly coreMetadata: ProjectFile['coreMetadata'];
}

/** The files of a project out of what its page lists: only those that are its own, each name once. */
export class FileList {
  readonly #name: string;
  readonly #base: URL;
  readonly #files = new Map<string, ProjectFile | undefined>();
  strangers = 0;

  constructor(name: string, base: URL) {
    this.#name = name;
    this.#base = base;
  }

  add(raw: RawFile): void {
    const { filename } = raw;
    const url = this.#readUrl(raw.url);
    if (typeof filename !== 'string' || url === undefined || !isFileOf(filename, this.#name)) {
      this.strangers += 1;
      return;
    }
    const file = settle(raw, filename, url);
    const known = this.#files.get(filename);
    // Two that share a name and are not the same: nobody can say which is meant, so neither is.
    if (!this.#files.has(filename)) this.#files.set(filename, file);
    else if (known?.sha256 === undefined || known.sha256 !== file.sha256) this.#files.set(filename, undefined);
  }

  get files(): ProjectFile[] {
    return [...this.#files.values()].filter((file) => file !== undefined);
  }

  #readUrl(text: string): string | undefined {
    if (/^https?:\/\/[a-z0-9.:-]+\/[\w./%~+-]*$/.test(text) && !text.includes('/.')) return text; // as most are: nothing to mend
    const url = URL.parse(text, this.#base);
    if (url === null || !isWebAddress(url)) return undefined;
    url.username = '';
    url.password = '';
    url.hash = '';
    return url.href;
  }
}

function settle(raw: RawFile, filename: string, url: string): ProjectFile {
  return {
    filename,
    url,
    sha256: readSha256(raw.sha256),
    sizeBytes:
      typeof raw.sizeBytes === 'number' && Number.isSafeInteger(raw.sizeBytes) && raw.sizeBytes >= 0
        ? raw.sizeBytes
        : undefined,
    uploadTime: readTime(raw.uploadTime),
    requiresPython: readText(raw.requiresPython),
    yanked: raw.yanked,
    yankedReason: readText(raw.yankedReason),
    coreMetadata: raw.coreMetadata,
  };
}

/** A name that is safe as one, and that a file of this project can have. */
function isFileOf(filename: string, name: string): boolean {
  if (filename.length > 255 || !/^[A-Za-z0-9_][A-Za-z0-9_.+!~-]*$/.test(filename)) return false;
  if (filename.endsWith('.whl')) return normalizeName(filename.slice(0, filename.indexOf('-'))) === name;
  return normalizeName(filename).startsWith(`${name}-`);
}

export function readSha256(value: unknown): string | undefined {
  return typeof value === 'string' && /^[0-9a-fA-F]{64}$/.test(value) ? value.toLowerCase() : undefined;
}

/** Without control characters, and no longer than anything sensible. */
export function readText(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > 1000) return undefined;
  return value.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').trim() || undefined;
}

function readTime(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 64) return undefined;
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value))
    return Number.isNaN(Date.parse(value)) ? undefined : value;
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[+-]\d\d:?\d\d|Z)$/.test(value)) return undefined;
  const time = Date.parse(value.replace(' ', 'T'));
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

interface Status {
  readonly status: ProjectStatus;
  readonly statusReason?: string | undefined;
}

/** The gravest of the words that were found; one that nobody knows is told, and is no reason to trust. */
export function readStatus(found: readonly { readonly word: unknown; readonly reason: unknown }[]): Status {
  const readings = found.flatMap(({ word, reason }): Status[] => {
    if (word === undefined || word === null) return [];
    const known = projectStatuses.find((status) => status === word);
    if (known !== undefined) return [{ status: known, statusReason: readText(reason) }];
    return [{ status: 'deprecated', statusReason: `the index says “${readText(word) ?? 'nothing that can be read'}”` }];
  });
  const gravest = readings.reduce<Status | undefined>(
    (worst, one) => (worst === undefined || gravity(one) > gravity(worst) ? one : worst),
    undefined,
  );
  return gravest ?? { status: 'active' };
}

function gravity({ status }: Status): number {
  return projectStatuses.indexOf(status);
}

/** PEP 629: a newer minor version may be read, a newer major one may not. */
export function requireKnownVersion(version: unknown): void {
  const [, major] = /^(\d+)\.\d+$/.exec(typeof version === 'string' ? version : '1.0') ?? [];
  if (major !== '1') throw new PageProblem('it is written in a version of the index protocol that is not known here');
}
