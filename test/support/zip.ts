import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of an archive; whatever is left out is as it should be, whatever is said may be a lie. */
export interface ZipEntry {
  readonly path: string;
  readonly content?: string | Buffer;
  readonly method?: 'stored' | 'deflated';
  /** The mode of a Unix file, its type included: 0o120777 is a link. */
  readonly mode?: number;
  /** Claims that differ from the truth, in the directory and in the local header alike. */
  readonly claims?: ZipClaims;
  /** Claims of the local header alone. */
  readonly localClaims?: ZipClaims;
  /** Sizes and checksum behind the data, as writers that cannot seek put them. */
  readonly hasDataDescriptor?: boolean;
  readonly comment?: string;
  /** Bytes that nobody claims, before the local header. */
  readonly gapBefore?: Buffer;
}

export interface ZipClaims {
  readonly path?: string | Buffer;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly compressedSize?: number;
  readonly extra?: Buffer;
  readonly offset?: number;
}

export interface ZipOptions {
  readonly prefix?: Buffer;
  readonly suffix?: Buffer;
  readonly comment?: string;
  /** The number of entries that the end record claims. */
  readonly claimedCount?: number;
  readonly claimedDirectorySize?: number;
  readonly claimedDirectoryOffset?: number;
  /** The entries that the directory lists, where it does not list all of them once and in order. */
  readonly listed?: (entries: readonly ZipEntry[]) => readonly ZipEntry[];
}

const utf8Flag = 0x0800;
const descriptorFlag = 0x0008;
/** 1980-01-01, as reproducible builds have it. */
const earliestDate = 0x21;

interface Written {
  readonly entry: ZipEntry;
  readonly offset: number;
  readonly truth: { readonly crc: number; readonly size: number; readonly compressedSize: number };
}

/** An archive with correct headers, and the lies that were asked for. */
export function writeZip(entries: readonly ZipEntry[], options: ZipOptions = {}): Buffer {
  const chunks: Buffer[] = [options.prefix ?? Buffer.alloc(0)];
  let length = chunks[0]!.length;
  const push = (chunk: Buffer): void => {
    chunks.push(chunk);
    length += chunk.length;
  };
  const written = new Map<ZipEntry, Written>();
  for (const entry of entries) {
    push(entry.gapBefore ?? Buffer.alloc(0));
    const content = Buffer.from(entry.content ?? '');
    const data = entry.method === 'stored' ? content : deflateRawSync(content);
    const truth = { crc: crc32(content), size: content.length, compressedSize: data.length };
    written.set(entry, { entry, offset: length, truth });
    push(localHeader(entry, truth));
    push(data);
    if (entry.hasDataDescriptor === true) push(dataDescriptor(truth));
  }
  const start = length;
  const listed = options.listed?.(entries) ?? entries;
  for (const entry of listed) push(directoryHeader(written.get(entry) ?? written.values().next().value!, entry));
  push(endRecord({ count: listed.length, size: length - start, start }, options));
  push(options.suffix ?? Buffer.alloc(0));
  return Buffer.concat(chunks);
}

function flagsOf(entry: ZipEntry): number {
  return utf8Flag | (entry.hasDataDescriptor === true ? descriptorFlag : 0);
}

function methodOf(entry: ZipEntry): number {
  return entry.method === 'stored' ? 0 : 8;
}

function localHeader(entry: ZipEntry, truth: Written['truth']): Buffer {
  const claims = { ...entry.claims, ...entry.localClaims };
  const path = Buffer.from(claims.path ?? entry.path);
  const extra = claims.extra ?? Buffer.alloc(0);
  const told = entry.hasDataDescriptor === true ? { crc: 0, size: 0, compressedSize: 0 } : truth;
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(claims.flags ?? flagsOf(entry), 6);
  header.writeUInt16LE(claims.method ?? methodOf(entry), 8);
  header.writeUInt16LE(earliestDate, 12);
  header.writeUInt32LE(claims.crc ?? told.crc, 14);
  header.writeUInt32LE(claims.compressedSize ?? told.compressedSize, 18);
  header.writeUInt32LE(claims.size ?? told.size, 22);
  header.writeUInt16LE(path.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, path, extra]);
}

function dataDescriptor({ crc, size, compressedSize }: Written['truth']): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(0x08074b50, 0);
  bytes.writeUInt32LE(crc, 4);
  bytes.writeUInt32LE(compressedSize, 8);
  bytes.writeUInt32LE(size, 12);
  return bytes;
}

function directoryHeader({ offset, truth }: Written, entry: ZipEntry): Buffer {
  const claims = entry.claims ?? {};
  const path = Buffer.from(claims.path ?? entry.path);
  const extra = claims.extra ?? Buffer.alloc(0);
  const comment = Buffer.from(entry.comment ?? '');
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE((3 << 8) | 20, 4); // made on Unix, so that the mode counts
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(claims.flags ?? flagsOf(entry), 8);
  header.writeUInt16LE(claims.method ?? methodOf(entry), 10);
  header.writeUInt16LE(earliestDate, 14);
  header.writeUInt32LE(claims.crc ?? truth.crc, 16);
  header.writeUInt32LE(claims.compressedSize ?? truth.compressedSize, 20);
  header.writeUInt32LE(claims.size ?? truth.size, 24);
  header.writeUInt16LE(path.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt16LE(comment.length, 32);
  header.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38);
  header.writeUInt32LE(claims.offset ?? offset, 42);
  return Buffer.concat([header, path, extra, comment]);
}

function endRecord(truth: { count: number; size: number; start: number }, options: ZipOptions): Buffer {
  const comment = Buffer.from(options.comment ?? '');
  const record = Buffer.alloc(22);
  const count = options.claimedCount ?? truth.count;
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(options.claimedDirectorySize ?? truth.size, 12);
  record.writeUInt32LE(options.claimedDirectoryOffset ?? truth.start, 16);
  record.writeUInt16LE(comment.length, 20);
  return Buffer.concat([record, comment]);
}
