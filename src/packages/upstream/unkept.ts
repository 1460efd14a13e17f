import { BelljarError } from '../../errors.ts';

const diskCodes = new Set([
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EIO',
  'EACCES',
  'EPERM',
  'ENOENT',
  'ENOTDIR',
  'EMFILE',
  'ENFILE',
  'EFBIG',
  'EEXIST',
]);

/** What the disk refused, in our own words; all else as it is. */
export function unkept(error: unknown): unknown {
  if (error instanceof BelljarError || !(error instanceof Error) || !('code' in error)) return error;
  if (!diskCodes.has(String(error.code))) return error;
  const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  const what = isFull ? 'the disk is full' : `the disk refuses it (${String(error.code)})`;
  const message = `what a package index sent cannot be kept: ${what}`;
  return new BelljarError(isFull ? 'STORAGE_FULL' : 'ARTIFACT_UNKEPT', message, { cause: error });
}
