import { isProjectName, normalizeName } from '../../policy/index.ts';

/** What a path leads to. */
export type Place =
  | { readonly kind: 'home' | 'root' | 'refusals' }
  | { readonly kind: 'project'; readonly name: string }
  | { readonly kind: 'file'; readonly sha256: string; readonly filename: string; readonly isMetadata: boolean }
  /** The same place by its one right path. */
  | { readonly kind: 'elsewhere'; readonly path: string };

export interface Address {
  /** What stands before the place: the token and the lock. */
  readonly prefix: string;
  readonly token: string | undefined;
  /** The digest of the one lock that is to be served. */
  readonly lock: string | undefined;
  readonly place: Place;
}

const maxLength = 2000;
const metadataEnding = '.metadata';

/** Reads the target of a request; undefined where nothing can be there. What follows a question mark is not looked at. */
export function readAddress(target: string): Address | undefined {
  if (target.length > maxLength || !target.startsWith('/')) return undefined;
  const segments = splitPath(target.split('?', 1)[0] ?? '');
  if (segments === undefined) return undefined;
  const token = takePair(segments, 't');
  const lock = takePair(segments, 'lock');
  if (lock !== undefined && !isSha256(lock)) return undefined;
  const prefix = `${token === undefined ? '' : `/t/${encodeURIComponent(token)}`}${lock === undefined ? '' : `/lock/${lock}`}`;
  const place = readPlace(segments, prefix);
  return place === undefined ? undefined : { prefix, token, lock, place };
}

/** Each segment is decoded once; one that would not be a segment then is none. */
function splitPath(path: string): string[] | undefined {
  try {
    const segments = path.slice(1).split('/').map(decodeURIComponent);
    return segments.every((segment) => !/[/\\\p{Cc}]/u.test(segment) && !/^\.\.?$/.test(segment))
      ? segments
      : undefined;
  } catch {
    return undefined; // no UTF-8, or a % that begins nothing
  }
}

function takePair(segments: string[], word: string): string | undefined {
  const [first, second] = segments;
  if (first !== word || second === undefined || second === '') return undefined;
  segments.splice(0, 2);
  return second;
}

function readPlace(segments: readonly string[], prefix: string): Place | undefined {
  const [first, ...rest] = segments;
  switch (first) {
    case undefined:
      return { kind: 'elsewhere', path: `${prefix}/` };
    case '':
      return rest.length === 0 ? { kind: 'home' } : undefined;
    case 'refusals':
      return rest.length === 0 ? { kind: 'refusals' } : undefined;
    case 'simple':
      return readSimple(rest, prefix);
    case 'files':
      return readFile(rest);
    default:
      return undefined;
  }
}

function readSimple([name, end, ...surplus]: readonly string[], prefix: string): Place | undefined {
  if (surplus.length > 0) return undefined;
  if (name === undefined) return { kind: 'elsewhere', path: `${prefix}/simple/` };
  if (name === '') return end === undefined ? { kind: 'root' } : undefined;
  if (!isProjectName(name) || (end !== undefined && end !== '')) return undefined;
  const normal = normalizeName(name);
  if (normal === name && end === '') return { kind: 'project', name };
  return { kind: 'elsewhere', path: `${prefix}/simple/${normal}/` };
}

function readFile([sha256 = '', name = '', ...surplus]: readonly string[]): Place | undefined {
  if (surplus.length > 0 || !isSha256(sha256)) return undefined;
  const isMetadata = name.endsWith(metadataEnding);
  const filename = isMetadata ? name.slice(0, -metadataEnding.length) : name;
  return filename === '' ? undefined : { kind: 'file', sha256, filename, isMetadata };
}

function isSha256(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
