import { BelljarError } from '../../errors.ts';
import { formatBytes } from '../../units.ts';

/** What the files of a workspace may come to. */
export interface VolumeBounds {
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** By how much files are over a bound. */
export interface VolumeExcess {
  /** Unreadable: folders whose content cannot be measured, of which there may be none. */
  readonly what: 'bytes' | 'files' | 'unreadable';
  readonly limit: number;
  readonly used: number;
}

/** What files take, as far as it was measured. */
export interface VolumeUse {
  readonly bytes: number;
  readonly files: number;
  /** Folders that did not let us look into them. */
  readonly unreadable: number;
}

/** Below this a file system has no room for its own journal. */
const leastBytes = 4 * 1024 * 1024;
const leastFiles = 16;

/** More than any disk or table of inodes holds; what lies beyond is a mistake. */
const mostBytes = 2 ** 44;
const mostFiles = 2 ** 31;

/** @throws USAGE */
export function checkBounds({ maxBytes, maxFiles }: VolumeBounds): void {
  if (!Number.isSafeInteger(maxBytes) || maxBytes < leastBytes || maxBytes > mostBytes) {
    throw new BelljarError('USAGE', `a workspace cannot be bounded to ${maxBytes} bytes`, {
      hint: `Give it between ${formatBytes(leastBytes)} and ${formatBytes(mostBytes)}.`,
    });
  }
  if (!Number.isSafeInteger(maxFiles) || maxFiles < leastFiles || maxFiles > mostFiles) {
    throw new BelljarError('USAGE', `a workspace cannot be bounded to ${maxFiles} files`, {
      hint: `Give it between ${leastFiles} and ${mostFiles}.`,
    });
  }
}

/** What is over its bound first, if anything is. */
export function findExcess({ bytes, files, unreadable }: VolumeUse, bounds: VolumeBounds): VolumeExcess | undefined {
  if (bytes > bounds.maxBytes) return { what: 'bytes', limit: bounds.maxBytes, used: bytes };
  if (files > bounds.maxFiles) return { what: 'files', limit: bounds.maxFiles, used: files };
  if (unreadable > 0) return { what: 'unreadable', limit: 0, used: unreadable };
  return undefined;
}

/** For a person: what is wrong with files that are over a bound. */
export function describeExcess({ what, limit, used }: VolumeExcess): string {
  if (what === 'bytes') return `its files take ${formatBytes(used)}, more than the ${formatBytes(limit)} allowed`;
  if (what === 'files') return `it holds at least ${used} files and folders, more than the ${limit} allowed`;
  return `${used} of its folders cannot be looked into, so that its files cannot be measured`;
}
