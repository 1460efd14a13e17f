/** Part of a file, both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export interface RangeQuestion {
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly etag: string;
  readonly sizeBytes: number;
}

/**
 * The one part that is asked for; undefined for the whole: also where several parts are asked for at once, or where what
 * the client has is of another file.
 */
export function readRange({ range, ifRange, etag, sizeBytes }: RangeQuestion): ByteRange | 'unsatisfiable' | undefined {
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return undefined;
  const [, from, to] = /^bytes=[ \t]*([0-9]{0,15})-([0-9]{0,15})[ \t]*$/i.exec(range) ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  if (from === '') return readSuffix(Number(to), sizeBytes);
  const first = Number(from);
  const last = to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (to !== '' && Number(to) < first) return undefined; // no range at all, says RFC 9110
  return first >= sizeBytes ? 'unsatisfiable' : { first, last };
}

function readSuffix(length: number, sizeBytes: number): ByteRange | 'unsatisfiable' {
  if (length === 0 || sizeBytes === 0) return 'unsatisfiable';
  return { first: Math.max(0, sizeBytes - length), last: sizeBytes - 1 };
}

/** Whether one of the tags of an If-None-Match header is this one. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header === etag) return true;
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
