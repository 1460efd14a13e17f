import { randomBytes } from 'node:crypto';

import { z } from 'zod';

import { BelljarError } from '../../errors.ts';
import { optionsReader, signalOption } from '../../options.ts';
import { type FileEntry, type FileReply, type FileRequest, readReply } from './replies.ts';
import { demandFolder, demandPath } from './workspace-path.ts';

/** What asks the runner: a session's questions, of which files are one kind. */
export interface FileChannel {
  ask(question: {
    readonly to: 'files';
    readonly what: string;
    readonly about: unknown;
    readonly signal?: AbortSignal | undefined;
  }): Promise<unknown>;
}

export interface FileOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ListOptions extends FileOptions {
  /** Told, once, where there is more than is listed: names that cannot be told, or too many of them. */
  readonly onLeftOut?: ((what: { readonly unsayable: number; readonly isPartial: boolean }) => void) | undefined;
}

export interface ReadFileOptions extends FileOptions {
  /** The first byte that is wanted. */
  readonly offset?: number | undefined;
  /** How many are wanted at most; all to the end where left out. */
  readonly maxBytes?: number | undefined;
}

export interface WriteFileOptions extends FileOptions {
  /** A larger file is refused, and nothing of it is kept. */
  readonly maxBytes?: number | undefined;
}

export interface RemoveFileOptions extends FileOptions {
  /** With all that is in it. */
  readonly isWhole?: boolean | undefined;
}

/** Infinity means as much as there is. */
const sizeOption = z.custom<number>((value) => typeof value === 'number' && value >= 0, 'must be a size in bytes');
const readFileOptions = optionsReader<FileOptions>('a question about files', { signal: signalOption });
const readListOptions = optionsReader<ListOptions>('files.list()', {
  onLeftOut: z.custom<ListOptions['onLeftOut']>((value) => typeof value === 'function').optional(),
  signal: signalOption,
});
const readReadOptions = optionsReader<ReadFileOptions>('files.read()', {
  offset: z.int().nonnegative().optional(),
  maxBytes: sizeOption.optional(),
  signal: signalOption,
});
const readReadAllOptions = optionsReader<FileOptions & { readonly maxBytes: number }>('files.readAll()', {
  maxBytes: sizeOption,
  signal: signalOption,
});
const readWriteOptions = optionsReader<WriteFileOptions>('files.write()', {
  maxBytes: sizeOption.optional(),
  signal: signalOption,
});
const readRemoveOptions = optionsReader<RemoveFileOptions>('files.remove()', {
  isWhole: z.boolean().optional(),
  signal: signalOption,
});

export type FileContent = string | Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** One piece on the stream: its base64 stays well below the longest frame. */
const pieceBytes = 512 * 1024;

/**
 * The files of a session's workspace. All work is done by a process behind the glass: links, devices and folders that
 * are swapped meanwhile are its business, and no path is ever opened by the host.
 *
 * @example
 * await session.files.write('data/a.csv', 'x,y\n1,2\n');
 * for await (const piece of session.files.read('plot.png')) response.write(piece);
 */
export class SessionFiles {
  readonly #channel: FileChannel;

  constructor(channel: FileChannel) {
    this.#channel = channel;
  }

  /**
   * What is there; a link is told as a link.
   *
   * @throws FILE_NOT_FOUND; FILE_REFUSED; USAGE
   */
  async stat(path: string, options: FileOptions = {}): Promise<FileReply<'stat'>> {
    return this.#ask('stat', { path: demandFolder(path) }, readFileOptions(options));
  }

  /** The entries of a folder in the order of their names; those with names that cannot be told are left out. */
  async *list(folder = '', options: ListOptions = {}): AsyncGenerator<FileEntry> {
    const { signal, onLeftOut } = readListOptions(options);
    const path = demandFolder(folder);
    for (let after = ''; ;) {
      const { entries, following, unsayable, isPartial } = await this.#ask('list', { path, after }, { signal });
      // Each page tells it of the whole folder.
      if (after === '' && (unsayable > 0 || isPartial)) onLeftOut?.({ unsayable, isPartial });
      yield* entries;
      if (following === '') return;
      // In the order of their UTF-8, as the other side has it; JavaScript's own is another.
      if (Buffer.compare(Buffer.from(following), Buffer.from(after)) <= 0)
        throw new BelljarError('RUNNER_REFUSED', 'the sandbox lists a folder in a circle');
      after = following;
    }
  }

  /**
   * A file's bytes, piece by piece as they are taken: nothing is fetched before it is wanted.
   *
   * @throws FILE_REFUSED where it changes meanwhile, or is no regular file.
   */
  async *read(path: string, options: ReadFileOptions = {}): AsyncGenerator<Buffer> {
    const { offset = 0, maxBytes = Infinity, signal } = readReadOptions(options);
    const about = { path: demandPath(path) };
    let first: FileReply<'read'> | undefined;
    for (let at = offset; at < offset + maxBytes;) {
      const length = Math.min(pieceBytes, offset + maxBytes - at);
      const piece = await this.#ask('read', { ...about, offset: at, length }, { signal });
      first ??= piece;
      if (piece.version !== first.version) throw changedMeanwhile(path);
      const data = Buffer.from(piece.data, 'base64');
      if (data.length > length) throw new BelljarError('RUNNER_REFUSED', 'the sandbox sent more than was asked for');
      if (data.length === 0 && at < first.bytes) throw changedMeanwhile(path);
      if (data.length === 0) return;
      at += data.length;
      yield data;
      if (at >= first.bytes) return;
    }
  }

  /** A whole file of at most that many bytes. */
  async readAll(path: string, options: FileOptions & { readonly maxBytes: number }): Promise<Buffer> {
    const { maxBytes, signal } = readReadAllOptions(options);
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of this.read(path, { signal })) {
      size += piece.length;
      if (size > maxBytes) throw tooLarge(path, maxBytes);
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  /**
   * Writes a file, with the folders on the way; it has its name when all of it is there. Says how many bytes it has.
   *
   * @throws FILE_REFUSED, such as where there is no space; what the content throws.
   */
  async write(path: string, content: FileContent, options: WriteFileOptions = {}): Promise<number> {
    const { maxBytes = Infinity, signal } = readWriteOptions(options);
    const about = { path: demandPath(path), token: randomBytes(12).toString('hex') };
    let offset = 0;
    try {
      for await (const { data, isLast } of inPieces(content)) {
        if (offset + data.length > maxBytes) throw tooLarge(path, maxBytes);
        await this.#ask('write', { ...about, offset, isLast, data: data.toString('base64') }, { signal });
        offset += data.length;
      }
    } catch (error) {
      // Nobody else knows the name of what was begun; where the session has ended, it is gone or hidden for good.
      await this.#ask('discard', about, {}).catch(() => undefined);
      throw error;
    }
    return offset;
  }

  /** Makes a folder and those on the way to it. */
  async makeFolder(path: string, options: FileOptions = {}): Promise<void> {
    await this.#ask('makeFolder', { path: demandPath(path) }, readFileOptions(options));
  }

  /** Removes a file, a link (not what it leads to) or a folder: with all that is in it only where that is said. */
  async remove(path: string, options: RemoveFileOptions = {}): Promise<void> {
    const { isWhole = false, signal } = readRemoveOptions(options);
    await this.#ask('remove', { path: demandPath(path), isWhole }, { signal });
  }

  async #ask<Kind extends FileRequest>(
    what: Kind,
    about: Readonly<Record<string, unknown>>,
    { signal }: FileOptions,
  ): Promise<FileReply<Kind>> {
    return readReply(what, await this.#channel.ask({ to: 'files', what, about, signal }));
  }
}

/** Content in pieces of one size, the last one marked; there is always a last one. */
async function* inPieces(content: FileContent): AsyncGenerator<{ readonly data: Buffer; readonly isLast: boolean }> {
  let waiting: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(content)) {
    waiting.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    size += chunk.byteLength;
    if (size <= pieceBytes) continue;
    const all = Buffer.concat(waiting);
    let from = 0;
    for (; from + pieceBytes < all.length; from += pieceBytes) {
      yield { data: all.subarray(from, from + pieceBytes), isLast: false };
    }
    waiting = [all.subarray(from)];
    size = all.length - from;
  }
  yield { data: Buffer.concat(waiting), isLast: true };
}

function chunksOf(content: FileContent): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof content === 'string') return [Buffer.from(content, 'utf8')];
  return content instanceof Uint8Array ? [content] : content;
}

function changedMeanwhile(path: string): BelljarError {
  return new BelljarError('FILE_REFUSED', `${path} was changed while it was read`, { details: { why: 'changed' } });
}

function tooLarge(path: string, maxBytes: number): BelljarError {
  return new BelljarError('FILE_REFUSED', `${path} is larger than ${maxBytes} bytes`, { details: { why: 'large' } });
}
