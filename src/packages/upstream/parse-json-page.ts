import { normalizeName } from '../../policy/index.ts';
import {
  FileList,
  type PageContent,
  PageProblem,
  type RawFile,
  readSha256,
  readStatus,
  requireKnownVersion,
} from './page-content.ts';
import type { ProjectFile } from './project-page.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * A page in the form of PEP 691, 700 and 792. Pages have thousands of files, so each is looked at by hand instead of by a
 * schema.
 *
 * @throws PageProblem
 */
export function parseJsonPage(text: string, name: string, base: URL): PageContent {
  const page = parseObject(text);
  const meta = isObject(page['meta']) ? page['meta'] : {};
  requireKnownVersion(meta['api-version']);
  if (typeof page['name'] === 'string' && normalizeName(page['name']) !== name) {
    throw new PageProblem('it is the page of another project');
  }
  if (!Array.isArray(page['files'])) throw new PageProblem('it lists no files');
  const list = new FileList(name, base);
  for (const file of page['files']) {
    const raw = isObject(file) ? readFile(file) : undefined;
    if (raw === undefined) list.strangers += 1;
    else list.add(raw);
  }
  const statuses = [page, meta].map((place) => readStatusIn(place));
  return { ...readStatus(statuses), files: list.files, strangers: list.strangers };
}

function parseObject(text: string): Json {
  let page: unknown;
  try {
    page = JSON.parse(text);
  } catch {
    throw new PageProblem('it is cut off or no JSON');
  }
  if (!isObject(page)) throw new PageProblem('it is JSON, but no page of a project');
  return page;
}

function readFile(file: Json): RawFile | undefined {
  const { filename, url, yanked } = file;
  if (typeof url !== 'string') return undefined;
  return {
    filename,
    url,
    sha256: isObject(file['hashes']) ? file['hashes']['sha256'] : undefined,
    sizeBytes: file['size'],
    uploadTime: file['upload-time'],
    requiresPython: file['requires-python'],
    yanked: yanked !== undefined && yanked !== null && yanked !== false,
    yankedReason: yanked,
    coreMetadata: readCoreMetadata(
      file['core-metadata'] ?? file['data-dist-info-metadata'] ?? file['dist-info-metadata'],
    ),
  };
}

function readCoreMetadata(mark: unknown): ProjectFile['coreMetadata'] {
  if (mark === undefined || mark === null) return 'unknown';
  if (mark === false) return 'none';
  return { sha256: isObject(mark) ? readSha256(mark['sha256']) : undefined };
}

/** PEP 792 puts an object at the top; others put words into `meta`. */
function readStatusIn(place: Json): { word: unknown; reason: unknown } {
  const found = place['project-status'];
  if (isObject(found)) return { word: found['status'], reason: found['reason'] };
  return { word: found, reason: place['project-status-reason'] };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
