import { createHash } from 'node:crypto';

/** A row of RECORD; a file without a digest is one that may be made anew, such as bytecode. */
export interface RecordRow {
  /** From the environment's folder on. */
  readonly path: string;
  readonly sha256?: string | undefined;
  readonly sizeBytes?: number | undefined;
}

/** RECORD as installers write it: sorted, paths from the folder of packages on, digests in URL-safe base64. */
export function writeRecord(rows: readonly RecordRow[], site: string): Buffer {
  const shown = rows.map((row) => ({ ...row, path: fromSite(row.path, site) }));
  return Buffer.from(shown.toSorted(byPath).map(writeRow).join(''));
}

/** RECORD without the rows of bytecode: what it says on every machine. */
export function withoutBytecode(record: string): string {
  return record
    .split('\n')
    .filter((line) => !isBytecode(line.replace(/^"?(.*?)"?,,$/, '$1')))
    .join('\n');
}

/** Whether a path is where Python keeps what it compiled. */
export function isBytecode(path: string): boolean {
  return path.endsWith('.pyc') && /(?:^|\/)__pycache__\/[^/]+$/.test(path);
}

export function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function fromSite(path: string, site: string): string {
  return path.startsWith(`${site}/`) ? path.slice(site.length + 1) : '../'.repeat(site.split('/').length) + path;
}

function byPath(one: RecordRow, other: RecordRow): number {
  return one.path < other.path ? -1 : one.path > other.path ? 1 : 0;
}

function writeRow({ path, sha256, sizeBytes }: RecordRow): string {
  if (sha256 === undefined) return `${quote(path)},,\n`;
  return `${quote(path)},sha256=${Buffer.from(sha256, 'hex').toString('base64url')},${sizeBytes}\n`;
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
