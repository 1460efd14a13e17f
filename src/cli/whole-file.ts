import { type FileHandle, open, rename, unlink } from 'node:fs/promises';

import { BelljarError } from '../errors.ts';

type WritePiece = (piece: string | Uint8Array) => Promise<void>;

export interface FileRights {
  readonly mode: number;
  /** Whose it is to be, with exactly that mode; whoever writes it, and what the umask leaves, where left out. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
}

const ownerOnly: FileRights = { mode: 0o600 };

/**
 * Writes a file that appears whole or not at all; readable by its owner alone where nothing else is said.
 *
 * @throws OUTPUT_UNWRITABLE where it cannot be written.
 */
export async function writeWholeFile<T>(
  path: string,
  produce: (write: WritePiece) => Promise<T>,
  rights = ownerOnly,
): Promise<T> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'wx', rights.mode);
    try {
      const result = await fill(file, produce, rights);
      await rename(temporary, path);
      return result;
    } catch (cause) {
      // Only what was made here: a file of that name that was there before is someone else's.
      await unlink(temporary).catch(() => undefined);
      throw cause;
    }
  } catch (cause) {
    throw explain(cause, path);
  }
}

async function fill<T>(
  file: FileHandle,
  produce: (write: WritePiece) => Promise<T>,
  { mode, owner }: FileRights,
): Promise<T> {
  try {
    // writeFile goes on until all is written; write may stop before.
    const result = await produce((piece) => file.writeFile(piece));
    if (owner !== undefined) {
      await file.chown(owner.uid, owner.gid);
      await file.chmod(mode);
    }
    await file.sync();
    return result;
  } finally {
    await file.close();
  }
}

function explain(cause: unknown, path: string): unknown {
  if (cause instanceof BelljarError || (cause as NodeJS.ErrnoException).syscall === undefined) return cause;
  return new BelljarError('OUTPUT_UNWRITABLE', `cannot write ${path}: ${(cause as Error).message}`, { cause });
}
