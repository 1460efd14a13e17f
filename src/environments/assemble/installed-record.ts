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
  const lines = rows.map((row) => writeRow(row, site));
  return Buffer.from(lines.toSorted().join(''));
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

function writeRow({ path, sha256, sizeBytes }: RecordRow, site: string): string {
  const up = '../'.repeat(site.split('/').length);
  const shown = quote(path.startsWith(`${site}/`) ? path.slice(site.length + 1) : up + path);
  if (sha256 === undefined) return `${shown},,\n`;
  return `${shown},sha256=${Buffer.from(sha256, 'hex').toString('base64url')},${sizeBytes}\n`;
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
