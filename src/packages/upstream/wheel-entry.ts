import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';

import { normalizeName } from '../../policy/index.ts';
import { zipFormat } from '../inspection/archive/zip-format.ts';
import type { ArchiveBytes } from './archive-bytes.ts';

/** An archive that is none, or not the one of this wheel. What inspection finds more is not looked for here. */
export class ArchiveProblem extends Error {}

const { end: endRecord, entry: entryRecord, header, maxCommentBytes } = zipFormat;
const maxDirectoryBytes = 64 * 2 ** 20;
/** Most wheels have their directory and METADATA within this. */
const firstLookBytes = 32_768;
const unpack = promisify(inflateRaw);

interface Entry {
  readonly path: string;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly offset: number;
}

/**
 * METADATA out of a wheel of which as little as possible is read.
 *
 * @throws ArchiveProblem
 */
export async function readWheelMetadata(bytes: ArchiveBytes, filename: string, maxBytes: number): Promise<Buffer> {
  const tail = new Tail(bytes);
  const { offset, sizeBytes } = await findDirectory(tail);
  if (sizeBytes > maxDirectoryBytes || offset + sizeBytes > bytes.sizeBytes)
    throw new ArchiveProblem('its directory is not where it is said to be');
  const entry = findMetadata(await tail.read(offset, offset + sizeBytes), filename);
  if (entry.sizeBytes > maxBytes || entry.packedBytes > maxBytes)
    throw new ArchiveProblem(`its METADATA has more than ${maxBytes} bytes`);
  // The local header has as long a name, and seldom more than this beside it.
  const slack = header.bytes + Buffer.byteLength(entry.path) + 64;
  const local = await tail.read(entry.offset, Math.min(entry.offset + slack + entry.packedBytes, bytes.sizeBytes));
  return unpackEntry(entry, local);
}

/** The end of an archive is read once, and what lies in it is not asked for again. */
class Tail {
  readonly #bytes: ArchiveBytes;
  #start: number;
  #content = Buffer.alloc(0);

  constructor(bytes: ArchiveBytes) {
    this.#bytes = bytes;
    this.#start = bytes.sizeBytes;
  }

  async readLast(length: number): Promise<Buffer> {
    const { sizeBytes } = this.#bytes;
    this.#start = Math.max(0, sizeBytes - length);
    this.#content = Buffer.from(await this.#bytes.read(this.#start, sizeBytes));
    if (this.#content.length !== sizeBytes - this.#start)
      throw new ArchiveProblem('it is shorter than it is said to be');
    return this.#content;
  }

  get start(): number {
    return this.#start;
  }

  async read(start: number, end: number): Promise<Buffer> {
    if (start >= this.#start) return this.#content.subarray(start - this.#start, end - this.#start);
    return this.#bytes.read(start, end);
  }
}

async function findDirectory(tail: Tail): Promise<{ offset: number; sizeBytes: number }> {
  for (const length of [firstLookBytes, maxCommentBytes + endRecord.bytes]) {
    const content = await tail.readLast(length);
    const at = findEndRecord(content);
    if (at === undefined) continue;
    const sizeBytes = content.readUInt32LE(at + 12);
    const offset = content.readUInt32LE(at + 16);
    if (offset === 0xffffffff || sizeBytes === 0xffffffff) throw new ArchiveProblem('it is larger than 4 GiB');
    return { offset, sizeBytes };
  }
  throw new ArchiveProblem('it is no ZIP archive');
}

/** The one whose comment ends where the archive does. */
function findEndRecord(content: Buffer): number | undefined {
  for (let at = content.length - endRecord.bytes; at >= 0; at -= 1) {
    if (
      content.readUInt32LE(at) === endRecord.signature &&
      at + endRecord.bytes + content.readUInt16LE(at + 20) === content.length
    )
      return at;
  }
  return undefined;
}

function findMetadata(directory: Buffer, filename: string): Entry {
  const stem = filename.split('-').slice(0, 2).join('-');
  const found: Entry[] = [];
  for (const entry of readDirectory(directory)) {
    const [, folder] = /^([^/]+)\.dist-info\/METADATA$/.exec(entry.path) ?? [];
    if (folder !== undefined && normalizeName(folder) === normalizeName(stem)) found.push(entry);
  }
  const [entry, second] = found;
  if (entry === undefined) throw new ArchiveProblem(`it has no METADATA of ${stem}`);
  if (second !== undefined) throw new ArchiveProblem('it has METADATA twice');
  return entry;
}

function* readDirectory(directory: Buffer): Generator<Entry> {
  for (let at = 0; at + entryRecord.bytes <= directory.length;) {
    if (directory.readUInt32LE(at) !== entryRecord.signature) throw new ArchiveProblem('its directory is broken');
    const nameLength = directory.readUInt16LE(at + 28);
    yield {
      path: directory.toString('utf8', at + entryRecord.bytes, at + entryRecord.bytes + nameLength),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedBytes: directory.readUInt32LE(at + 20),
      sizeBytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    };
    at += entryRecord.bytes + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
}

async function unpackEntry(entry: Entry, local: Buffer): Promise<Buffer> {
  if (local.length < header.bytes || local.readUInt32LE(0) !== header.signature)
    throw new ArchiveProblem('its METADATA is not where it is said to be');
  const start = header.bytes + local.readUInt16LE(26) + local.readUInt16LE(28);
  const packed = local.subarray(start, start + entry.packedBytes);
  if (packed.length !== entry.packedBytes) throw new ArchiveProblem('its METADATA is cut off');
  const content = await unpackBytes(entry, packed);
  if (content.length !== entry.sizeBytes || crc32(content) !== entry.crc)
    throw new ArchiveProblem('its METADATA is damaged');
  return content;
}

async function unpackBytes({ method, sizeBytes }: Entry, packed: Buffer): Promise<Buffer> {
  if (method === 0) return packed;
  if (method !== 8) throw new ArchiveProblem('its METADATA is packed in a way that no wheel may use');
  try {
    return await unpack(packed, { maxOutputLength: Math.max(sizeBytes, 1) });
  } catch {
    throw new ArchiveProblem('its METADATA cannot be unpacked');
  }
}
