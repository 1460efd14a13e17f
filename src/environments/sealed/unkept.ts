import { BelljarError } from '../../errors.ts';

const fullness: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
};

const reasons: Readonly<Record<string, string>> = {
  ...fullness,
  EROFS: 'the disk can only be read',
  EACCES: 'it may not be written there',
  EPERM: 'it may not be written there',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk fails',
};

/** What a failed write means; whatever else was thrown stays as it is. */
export function explainUnkept(error: unknown, what: string): unknown {
  const { code = '', path } = error as NodeJS.ErrnoException;
  const reason = reasons[code];
  if (error instanceof BelljarError || reason === undefined) return error;
  const message = `${what} cannot be kept: ${reason}; nothing of it is left`;
  const kind = Object.hasOwn(fullness, code) ? 'STORAGE_FULL' : 'ENVIRONMENT_UNKEPT';
  return new BelljarError(kind, message, { cause: error, details: { reason: code, path } });
}

/** Whether it failed for want of room, however that was said. */
export function isForRoom(error: unknown): boolean {
  if (error instanceof BelljarError) return error.code === 'STORAGE_FULL';
  return Object.hasOwn(fullness, (error as NodeJS.ErrnoException | undefined)?.code ?? '');
}
