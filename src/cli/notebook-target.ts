import { constants } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { BelljarError } from '../errors.ts';
import { type OptionValues, isFlagSet, stringOption } from './command.ts';
import { type FileRights, writeWholeFile } from './whole-file.ts';

/** Where a notebook goes that was run. */
export type NotebookTarget =
  | { readonly kind: 'none' }
  | { readonly kind: 'stdout' }
  | { readonly kind: 'file'; readonly path: string; readonly rights: FileRights };

/** As any new file: the umask takes away what is not wanted. */
const usualRights: FileRights = { mode: 0o666 };

/**
 * What -o and --inplace say, looked at before anything runs: hours of work shall not end in a path that was mistyped.
 *
 * @throws USAGE, OUTPUT_UNWRITABLE for what is no plain file or lies where nothing can be written.
 */
export async function findTarget(file: string, values: OptionValues): Promise<NotebookTarget> {
  const output = stringOption(values, 'output');
  const isInPlace = isFlagSet(values, 'inplace');
  if (isInPlace && output !== undefined) throw new BelljarError('USAGE', '--inplace and -o exclude each other');
  if (output === '-') return { kind: 'stdout' };
  const path = isInPlace ? file : output;
  if (path === undefined) return { kind: 'none' };
  await access(dirname(path), constants.W_OK).catch((cause: unknown) => {
    throw refuse(path, (cause as NodeJS.ErrnoException).code ?? 'its folder cannot be written to', cause);
  });
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSymbolicLink() === true) throw refuse(path, 'it is a link; name the file that it leads to');
  if (found?.isFile() === false) throw refuse(path, 'it is not a plain file');
  if (found === undefined) return { kind: 'file', path, rights: usualRights };
  const { mode, uid, gid } = found;
  return { kind: 'file', path, rights: { mode: mode & 0o777, owner: { uid, gid } } };
}

/** The whole file or nothing; what stood there keeps its rights, and a link that came meanwhile is not followed. */
export async function writeToTarget(target: Extract<NotebookTarget, { kind: 'file' }>, text: string): Promise<void> {
  await writeWholeFile(target.path, async (write) => write(text), target.rights);
}

function refuse(path: string, why: string, cause?: unknown): BelljarError {
  return new BelljarError('OUTPUT_UNWRITABLE', `cannot write ${path}: ${why}`, cause === undefined ? {} : { cause });
}
