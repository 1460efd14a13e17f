import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

import { BelljarError } from '../errors.ts';
import { type SqliteFailure } from './sqlite-protocol.ts';

// https://www.sqlite.org/rescode.html: the low byte is the kind, the rest says more.
const busy = 5;
const tableLocked = 6;
const readOnly = 8;
const ioError = 10;
const corrupt = 11;
const full = 13;
const cannotOpen = 14;
const notADatabase = 26;

const almostNothingBytes = 64 * 1024;

/** What SQLite said, in the words of the error table. */
export function toStorageError({ message, sqliteCode }: SqliteFailure, path: string): BelljarError {
  const options = { details: { path, sqlite: message, ...(sqliteCode === undefined ? {} : { sqliteCode }) } };
  switch ((sqliteCode ?? 0) & 0xff) {
    case busy:
    case tableLocked:
      return new BelljarError('STORAGE_LOCKED', `another process keeps ${path} locked`, options);
    case full:
      return new BelljarError('STORAGE_FULL', `no space is left to write to ${path}`, options);
    case corrupt:
      return new BelljarError('STORAGE_CORRUPT', `${path} is damaged: ${message}`, options);
    case notADatabase:
      return new BelljarError('STORAGE_CORRUPT', `${path} is no SQLite database`, options);
    case readOnly:
      return new BelljarError('STORAGE_FAILED', `${path}, or the folder it lies in, cannot be written to`, options);
    case cannotOpen:
      return new BelljarError('STORAGE_FAILED', `${path} cannot be opened or made`, options);
    case ioError:
      // A quota, or the shared-memory file that did not fit, is reported as a failure to write.
      if (hasNoSpace(path)) return new BelljarError('STORAGE_FULL', `no space is left to write to ${path}`, options);
      return new BelljarError('STORAGE_FAILED', `the disk failed under ${path}: ${message}`, options);
    default:
      return new BelljarError('STORAGE_FAILED', `the database refused: ${message}`, options);
  }
}

function hasNoSpace(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < almostNothingBytes;
  } catch {
    // The disk that fails to answer is not known to be full.
    return false;
  }
}
