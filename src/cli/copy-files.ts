import { lstat, mkdir, open, opendir, rm, stat } from 'node:fs/promises';
import { basename, join, posix, resolve } from 'node:path';

import type { SessionFiles } from '../belljar.ts';
import { BelljarError } from '../errors.ts';

export interface Bounds {
  /** Folders, and what is left out, among them: a tree of them alone would have no end. */
  readonly maxFiles: number;
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

export interface Copied {
  readonly files: number;
  readonly bytes: number;
  /** What is no regular file and no folder: links, and what else there is. */
  readonly skipped: readonly string[];
  /** Folders of which not all was copied: more is in them than can be told, or by names that cannot. */
  readonly partial: readonly string[];
}

/** What is copied between, and how much of it there was. */
class Copy {
  readonly files: SessionFiles;
  readonly signal: AbortSignal | undefined;
  readonly copied = { files: 0, bytes: 0, skipped: new Array<string>(), partial: new Array<string>() };
  readonly #bounds: Bounds;
  #entries = 0;

  constructor(files: SessionFiles, bounds: Bounds) {
    this.files = files;
    this.signal = bounds.signal;
    this.#bounds = bounds;
  }

  /** How many bytes there may still be. */
  get room(): number {
    return this.#bounds.maxBytes - this.copied.bytes;
  }

  begin(path: string): void {
    this.#entries += 1;
    if (this.#entries > this.#bounds.maxFiles) throw tooMuch(path, `${this.#bounds.maxFiles} files`);
  }

  add(bytes: number, path: string): void {
    this.copied.bytes += bytes;
    if (this.room < 0) throw tooMuch(path, `${this.#bounds.maxBytes} bytes`);
  }

  skip(path: string): void {
    this.copied.skipped.push(path);
  }
}

/**
 * Copies files and folders of this machine into a folder of a workspace; no link is followed below them.
 *
 * @throws INPUT_UNREADABLE; FILE_REFUSED, also where it is more than the bounds.
 */
export async function putFiles(
  files: SessionFiles,
  { sources, to }: { readonly sources: readonly string[]; readonly to: string },
  bounds: Bounds,
): Promise<Copied> {
  const copy = new Copy(files, bounds);
  for (const source of sources) await put(copy, source, posix.join(to, basename(resolve(source))));
  return copy.copied;
}

async function put(copy: Copy, source: string, target: string): Promise<void> {
  copy.begin(source);
  const kind = await stat(source).catch((cause: unknown) => {
    throw unreadable(source, cause);
  });
  if (kind.isFile()) await putFile(copy, source, target);
  else if (kind.isDirectory()) await putFolder(copy, source, target);
  else copy.skip(source);
}

async function putFolder(copy: Copy, source: string, target: string): Promise<void> {
  await copy.files.makeFolder(target, { signal: copy.signal });
  for await (const entry of await opendir(source)) {
    const path = join(source, entry.name);
    if (entry.isSymbolicLink()) copy.skip(path);
    else await put(copy, path, posix.join(target, entry.name));
  }
}

async function putFile(copy: Copy, source: string, target: string): Promise<void> {
  await using file = await open(source).catch((cause: unknown) => {
    throw unreadable(source, cause);
  });
  const content = file.createReadStream({ autoClose: false });
  copy.add(await copy.files.write(target, content, { maxBytes: copy.room, signal: copy.signal }), source);
  copy.copied.files += 1;
}

/**
 * Copies files and folders of a workspace to this machine. What is there already is never written over, and no link of the
 * workspace is followed or made.
 *
 * @throws FILE_NOT_FOUND; OUTPUT_UNWRITABLE; FILE_REFUSED, also where it is more than the bounds.
 */
export async function getFiles(
  files: SessionFiles,
  { paths, into }: { readonly paths: readonly string[]; readonly into: string },
  bounds: Bounds,
): Promise<Copied> {
  const copy = new Copy(files, bounds);
  await mkdir(into, { recursive: true }).catch((cause: unknown) => {
    throw unwritable(into, cause);
  });
  for (const path of paths) {
    const { kind } = await files.stat(path, { signal: bounds.signal });
    await get(copy, { path, kind }, join(into, posix.basename(posix.resolve('/', path))));
  }
  return copy.copied;
}

interface Found {
  readonly path: string;
  readonly kind: string;
}

async function get(copy: Copy, { path, kind }: Found, target: string): Promise<void> {
  copy.begin(path);
  if (kind === 'file') await getFile(copy, path, target);
  else if (kind === 'folder') await getFolder(copy, path, target);
  else copy.skip(path);
}

async function getFolder(copy: Copy, path: string, target: string): Promise<void> {
  await makeFolder(target);
  const onLeftOut = (): void => void copy.copied.partial.push(path);
  for await (const { name, kind } of copy.files.list(path, { signal: copy.signal, onLeftOut })) {
    await get(copy, { path: posix.join(path, name), kind }, join(target, name));
  }
}

/** One that is there already serves, but not by a link. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (cause) {
    const there = await lstat(path).catch(() => undefined);
    if (there?.isDirectory() !== true) throw unwritable(path, cause);
  }
}

async function getFile(copy: Copy, path: string, target: string): Promise<void> {
  await using file = await open(target, 'wx', 0o644).catch((cause: unknown) => {
    throw unwritable(target, cause);
  });
  try {
    for await (const piece of copy.files.read(path, { signal: copy.signal })) {
      copy.add(piece.length, path);
      await file.writeFile(piece);
    }
  } catch (error) {
    await rm(target, { force: true }); // a part must not look like all
    throw error;
  }
  copy.copied.files += 1;
}

function unreadable(path: string, cause: unknown): BelljarError {
  return new BelljarError('INPUT_UNREADABLE', `cannot read ${path}`, { cause });
}

function unwritable(path: string, cause: unknown): BelljarError {
  return new BelljarError('OUTPUT_UNWRITABLE', `${path} cannot be made, or is there already`, { cause });
}

function tooMuch(path: string, bound: string): BelljarError {
  const message = `${path} is not copied: with it, there would be more than ${bound}`;
  return new BelljarError('FILE_REFUSED', message, { details: { why: 'large' } });
}
