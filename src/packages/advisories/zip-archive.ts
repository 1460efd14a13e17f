import { type FileHandle, open } from 'node:fs/promises';
import { crc32, inflateRawSync } from 'node:zlib';

import { BelljarError } from '../../errors.ts';
import { zipFormat } from '../inspection/archive/zip-format.ts';
import { FileWindow } from './file-window.ts';

export interface ZipEntry {
  /** As it is written there: never a path of ours, only shown. */
  readonly name: string;
  readonly bytes: number;
  readonly packedBytes: number;
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly offset: number;
}

const { end, locator: locatorRecord, wideEnd, entry: entryRecord, header, maxCommentBytes } = zipFormat;
const maxDirectoryBytes = 128 << 20;

/**
 * Reads a ZIP file of small entries by its directory. Nothing is unpacked to disk, no name is followed, and what an entry
 * may cost is known before it is opened.
 */
export class ZipArchive implements AsyncDisposable {
  readonly entries: readonly ZipEntry[];
  readonly #file: FileHandle;
  readonly #window: FileWindow;

  private constructor(file: FileHandle, window: FileWindow, entries: readonly ZipEntry[]) {
    this.#file = file;
    this.#window = window;
    this.entries = entries;
  }

  /** @throws ADVISORIES_UNUSABLE where it is no ZIP file, a damaged one, or one whose entries lie on each other. */
  static async open(path: string): Promise<ZipArchive> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const window = new FileWindow(file, size);
      return new ZipArchive(file, window, await readDirectory(window, size));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The content of an entry; a sentence where it is not what the directory says. */
  async read(entry: ZipEntry): Promise<Buffer | string> {
    if ((entry.flags & 1) !== 0) return 'is encrypted';
    if (entry.method !== 0 && entry.method !== 8) return 'is packed in a way that is not known';
    const head = await this.#window.read(entry.offset, header.bytes);
    if (head?.readUInt32LE(0) !== header.signature) return 'is not where the directory says';
    const start = entry.offset + header.bytes + head.readUInt16LE(26) + head.readUInt16LE(28);
    const packed = await this.#window.read(start, entry.packedBytes);
    if (packed === undefined) return 'is cut off';
    const content = entry.method === 0 ? packed : inflate(packed, entry.bytes);
    return content?.length === entry.bytes && crc32(content) === entry.crc ? content : 'is damaged';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

function inflate(packed: Buffer, bytes: number): Buffer | undefined {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, bytes) });
  } catch {
    return undefined; // more than it promised, or no such stream: both are damage
  }
}

async function readDirectory(window: FileWindow, size: number): Promise<ZipEntry[]> {
  const { count, bytes, offset } = await findDirectory(window, size);
  if (bytes > maxDirectoryBytes || offset + bytes > size) throw unusable('its directory is not where it says');
  const directory = await window.read(offset, bytes);
  if (directory === undefined) throw unusable('its directory is cut off');
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count;) {
    const entry = readEntry(directory, at);
    if (entry === undefined) throw unusable('its directory is damaged');
    entries.push(entry);
    at += entryRecord.bytes + [28, 30, 32].reduce((sum, field) => sum + directory.readUInt16LE(at + field), 0);
  }
  const packedBytes = entries.reduce((sum, entry) => sum + entry.packedBytes, 0);
  if (packedBytes > size) throw unusable('its entries lie on each other');
  return entries;
}

function readEntry(directory: Buffer, at: number): ZipEntry | undefined {
  if (at + entryRecord.bytes > directory.length) return undefined;
  if (directory.readUInt32LE(at) !== entryRecord.signature) return undefined;
  const nameStart = at + entryRecord.bytes;
  return {
    name: directory.toString('utf8', nameStart, nameStart + directory.readUInt16LE(at + 28)),
    flags: directory.readUInt16LE(at + 8),
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    packedBytes: directory.readUInt32LE(at + 20),
    bytes: directory.readUInt32LE(at + 24),
    offset: directory.readUInt32LE(at + 42),
  };
}

interface DirectoryPlace {
  readonly count: number;
  readonly bytes: number;
  readonly offset: number;
}

async function findDirectory(window: FileWindow, size: number): Promise<DirectoryPlace> {
  const tailBytes = Math.min(size, end.bytes + maxCommentBytes);
  const tail = (await window.read(size - tailBytes, tailBytes)) ?? Buffer.alloc(0);
  for (let at = tail.length - end.bytes; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== end.signature || tail.readUInt16LE(at + 20) !== tail.length - at - end.bytes)
      continue;
    const place = {
      count: tail.readUInt16LE(at + 10),
      bytes: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
    };
    const isBig = place.count === 0xffff || place.offset === 0xffffffff || place.bytes === 0xffffffff;
    return isBig ? ((await findBigDirectory(window, size - tailBytes + at)) ?? place) : place;
  }
  throw unusable('it is no ZIP file, or not all of one');
}

/** With more than 65,535 entries the figures stand in a record of their own. */
async function findBigDirectory(window: FileWindow, endOffset: number): Promise<DirectoryPlace | undefined> {
  const locator = await window.read(endOffset - locatorRecord.bytes, locatorRecord.bytes);
  if (locator?.readUInt32LE(0) !== locatorRecord.signature) return undefined;
  const record = await window.read(Number(locator.readBigUInt64LE(8)), wideEnd.bytes);
  if (record?.readUInt32LE(0) !== wideEnd.signature) throw unusable('its directory is damaged');
  const [count, bytes, offset] = [32, 40, 48].map((at) => Number(record.readBigUInt64LE(at)));
  return { count: count ?? 0, bytes: bytes ?? 0, offset: offset ?? 0 };
}

function unusable(why: string): BelljarError {
  return new BelljarError('ADVISORIES_UNUSABLE', `this is no dump of advisories: ${why}`);
}
