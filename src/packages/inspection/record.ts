import { WheelRefusal } from './problem.ts';

/** What RECORD says of one file. */
export interface RecordRow {
  /** None for RECORD itself and what signs it. */
  readonly digest: { readonly algorithm: 'sha256' | 'sha384' | 'sha512'; readonly value: string } | undefined;
  readonly sizeBytes: number | undefined;
}

/** Reads RECORD: path, digest and size of each file, as Python’s csv module writes them. Throws WheelRefusal. */
export function readRecord(text: string, recordPath: string): ReadonlyMap<string, RecordRow> {
  const rows = new Map<string, RecordRow>();
  for (const [index, fields] of readRows(text).entries()) {
    const refuse = (why: string): never => {
      throw new WheelRefusal('wheel.record', `line ${index + 1} of RECORD ${why}`, recordPath);
    };
    const [path = '', digest = '', size = ''] = fields ?? refuse('is no line of three fields');
    if (fields?.length !== 3) refuse('has not three fields');
    if (rows.has(path)) refuse(`lists ${path} a second time`);
    if (size !== '' && !/^[0-9]{1,15}$/.test(size)) refuse('has a size that is no number');
    rows.set(path, {
      digest: digest === '' ? undefined : (readDigest(digest) ?? refuse('has no sha256, sha384 or sha512')),
      sizeBytes: size === '' ? undefined : Number(size),
    });
  }
  return rows;
}

function readDigest(text: string): RecordRow['digest'] {
  const { algorithm, value } = /^(?<algorithm>[a-z0-9]+)=(?<value>[A-Za-z0-9_-]+)=*$/.exec(text)?.groups ?? {};
  if (value === undefined) return undefined;
  return algorithm === 'sha256' || algorithm === 'sha384' || algorithm === 'sha512' ? { algorithm, value } : undefined;
}

const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/** The fields of each line; undefined for a line that cannot be read, which is the last then. */
function readRows(text: string): (readonly string[] | undefined)[] {
  const rows: (readonly string[] | undefined)[] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    field.lastIndex = at;
    const match = field.exec(text);
    if (match === null) return [...rows, undefined];
    const [whole, quoted, plain = '', end] = match;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    at += whole.length;
    if (end === ',' && at < text.length) continue;
    // Empty lines say nothing.
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
