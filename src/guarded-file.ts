import type { Stats } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { BelljarError, type ErrorCode } from './errors.ts';

export interface GuardedFileOptions {
  /** As in “cannot read the policy /etc/…”. */
  readonly what: string;
  readonly maxBytes: number;
  /** What is thrown when others could have written it; where left out, anybody’s file is read. */
  readonly guardedBy?: ErrorCode;
}

/**
 * Reads a file that rules over others; undefined where it is larger than it may be. Where it must be guarded, it is
 * refused when others than root and the user who runs Belljar own it, may write to it or may replace it.
 *
 * @throws INPUT_UNREADABLE, and the code that was given
 */
export async function readGuardedFile(path: string, options: GuardedFileOptions): Promise<Buffer | undefined> {
  const { bytes, stats } = await readBytes(path, options);
  if (options.guardedBy !== undefined) await new Guard(path, options.what, options.guardedBy).require(stats);
  return bytes;
}

/** Permissions and content are those of one open file: it cannot be changed for another in between. */
async function readBytes(
  path: string,
  { what, maxBytes }: GuardedFileOptions,
): Promise<{ bytes: Buffer | undefined; stats: Stats }> {
  try {
    await using handle = await open(path, 'r');
    const stats = await handle.stat();
    if (!stats.isFile()) throw new BelljarError('INPUT_UNREADABLE', `${what} ${path} is not a file`);
    return { bytes: stats.size > maxBytes ? undefined : await handle.readFile(), stats };
  } catch (cause) {
    if (cause instanceof BelljarError) throw cause;
    throw unreadable(path, what, cause);
  }
}

function unreadable(path: string, what: string, cause: unknown): BelljarError {
  const { code } = cause as NodeJS.ErrnoException;
  return new BelljarError('INPUT_UNREADABLE', `cannot read ${what} ${path}: ${code}`, { cause });
}

class Guard {
  readonly #path: string;
  readonly #what: string;
  readonly #code: ErrorCode;

  constructor(path: string, what: string, code: ErrorCode) {
    this.#path = path;
    this.#what = what;
    this.#code = code;
  }

  /** Who can write to the file, or put another in its place, makes the rules. */
  async require(stats: Stats): Promise<void> {
    const named = `${this.#what} ${this.#path}`;
    if (!isTrusted(stats)) this.#refuse(`${named} belongs to uid ${stats.uid}`);
    if ((stats.mode & 0o022) !== 0)
      this.#refuse(`others than its owner may write to ${named}`, `Run: chmod go-w ${this.#path}`);
    for (const { folder, found } of await this.#folders()) {
      // In a folder with the sticky bit, such as /tmp, only the owner of a file can replace it.
      const isShared = (found.mode & 0o022) !== 0 && (found.mode & 0o1000) === 0;
      if (isShared) this.#refuse(`others may write to ${folder}, and so replace ${named}`, `Run: chmod go-w ${folder}`);
      if (!isTrusted(found)) this.#refuse(`${named} lies in a folder of uid ${found.uid}`);
    }
  }

  /** A link lies in one folder, the file that it leads to in another. */
  async #folders(): Promise<{ folder: string; found: Stats }[]> {
    try {
      const folders = [...new Set([dirname(this.#path), dirname(await realpath(this.#path))])];
      return await Promise.all(folders.map(async (folder) => ({ folder, found: await stat(folder) })));
    } catch (cause) {
      throw unreadable(this.#path, this.#what, cause);
    }
  }

  #refuse(message: string, hint?: string): never {
    throw new BelljarError(this.#code, message, {
      hint: hint ?? 'The file, and the folder it lies in, must belong to root or to the user who runs Belljar.',
      details: { path: this.#path },
    });
  }
}

function isTrusted({ uid }: Stats): boolean {
  const self = process.getuid?.();
  return self === undefined || uid === self || uid === 0;
}
