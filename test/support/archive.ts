import { crc32, deflateRawSync } from 'node:zlib';

/** The numbers of a header, as they would be for an honest file, or as a test wants them. */
export interface HeaderNumbers {
  flags: number;
  method: number;
  crc: number;
  packedBytes: number;
  unpackedBytes: number;
  name: Buffer;
  extra: Buffer;
}

export interface ArchiveFile {
  readonly name: string | Buffer;
  readonly content?: string | Buffer;
  readonly isStored?: boolean;
  readonly mode?: number;
  readonly attributes?: number;
  readonly comment?: string;
  readonly disk?: number;
  /** What the directory and the header say in the place of the truth. */
  readonly both?: Partial<HeaderNumbers>;
  readonly central?: Partial<HeaderNumbers> & { readonly offset?: number };
  readonly local?: Partial<HeaderNumbers>;
  /** The packed bytes themselves. */
  readonly packed?: Buffer;
  /** Behind the content. */
  readonly tail?: Buffer;
}

export interface ArchiveOptions {
  readonly prefix?: Buffer;
  readonly suffix?: Buffer;
  readonly comment?: Buffer;
  /** Between the last file and the directory. */
  readonly gap?: Buffer;
  /** Behind the last entry of the directory, and counted with it. */
  readonly directoryTail?: Buffer;
  readonly isWide?: boolean;
  readonly wide?: Partial<EndNumbers>;
  readonly end?: Partial<EndNumbers & { disk: number }>;
}

export interface EndNumbers {
  count: number;
  directoryBytes: number;
  directoryOffset: number;
}

/** Writes a ZIP archive byte by byte, to the letter of the wish: honest where nothing else is asked for. */
export function writeArchive(files: readonly ArchiveFile[], options: ArchiveOptions = {}): Buffer {
  const chunks: Buffer[] = [options.prefix ?? Buffer.alloc(0)];
  const directory: Buffer[] = [];
  let offset = chunks[0]?.length ?? 0;
  for (const file of files) {
    const { local, packed, central } = writeFile(file, offset);
    chunks.push(local, packed, file.tail ?? Buffer.alloc(0));
    directory.push(central);
    offset += local.length + packed.length + (file.tail?.length ?? 0);
  }
  const gap = options.gap ?? Buffer.alloc(0);
  const listed = Buffer.concat([...directory, options.directoryTail ?? Buffer.alloc(0)]);
  const numbers = { count: files.length, directoryBytes: listed.length, directoryOffset: offset + gap.length };
  const wide = options.isWide === true ? writeWideEnd({ ...numbers, ...options.wide }, numbers) : Buffer.alloc(0);
  const narrow = options.isWide === true ? saturatedEnd : numbers;
  const end = writeEnd({ ...narrow, ...options.end }, options.comment ?? Buffer.alloc(0));
  return Buffer.concat([...chunks, gap, listed, wide, end, options.suffix ?? Buffer.alloc(0)]);
}

const saturatedEnd = { count: 0xffff, directoryBytes: 0xffffffff, directoryOffset: 0xffffffff };

function writeFile(file: ArchiveFile, offset: number): { local: Buffer; packed: Buffer; central: Buffer } {
  const content = Buffer.from(file.content ?? '');
  const packed = file.packed ?? (file.isStored === true ? content : deflateRawSync(content));
  const name = Buffer.from(file.name);
  const honest: HeaderNumbers = {
    flags: name.every((byte) => byte < 0x80) ? 0 : 1 << 11,
    method: file.isStored === true ? 0 : 8,
    crc: crc32(content),
    packedBytes: packed.length,
    unpackedBytes: content.length,
    name,
    extra: Buffer.alloc(0),
  };
  const local = { ...honest, ...file.both, ...file.local };
  const central = { ...honest, ...file.both, ...file.central };
  return { packed, local: writeLocal(local), central: writeCentral(central, file, file.central?.offset ?? offset) };
}

function writeNumbers({ flags, method, crc, packedBytes, unpackedBytes, name, extra }: HeaderNumbers): Buffer {
  const bytes = Buffer.alloc(26);
  bytes.writeUInt16LE(20, 0);
  bytes.writeUInt16LE(flags, 2);
  bytes.writeUInt16LE(method, 4);
  bytes.writeUInt32LE(0x00210000, 6);
  bytes.writeUInt32LE(crc, 10);
  bytes.writeUInt32LE(packedBytes, 14);
  bytes.writeUInt32LE(unpackedBytes, 18);
  bytes.writeUInt16LE(name.length, 22);
  bytes.writeUInt16LE(extra.length, 24);
  return bytes;
}

function writeLocal(numbers: HeaderNumbers): Buffer {
  return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), writeNumbers(numbers), numbers.name, numbers.extra]);
}

function writeCentral(numbers: HeaderNumbers, file: ArchiveFile, offset: number): Buffer {
  const comment = Buffer.from(file.comment ?? '');
  const rest = Buffer.alloc(14);
  const mode = file.mode ?? (Buffer.from(file.name).at(-1) === 0x2f ? 0o040755 : 0o100644);
  rest.writeUInt16LE(comment.length, 0);
  rest.writeUInt16LE(file.disk ?? 0, 2);
  rest.writeUInt32LE(((mode << 16) | (file.attributes ?? 0)) >>> 0, 6);
  rest.writeUInt32LE(offset, 10);
  const made = Buffer.from([20, 3]);
  const start = Buffer.from('PK\x01\x02', 'latin1');
  return Buffer.concat([start, made, writeNumbers(numbers), rest, numbers.name, numbers.extra, comment]);
}

function writeWideEnd(numbers: EndNumbers, honest: EndNumbers): Buffer {
  const record = Buffer.alloc(56);
  record.write('PK\x06\x06', 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(45, 12);
  record.writeUInt16LE(45, 14);
  record.writeBigUInt64LE(BigInt(numbers.count), 24);
  record.writeBigUInt64LE(BigInt(numbers.count), 32);
  record.writeBigUInt64LE(BigInt(numbers.directoryBytes), 40);
  record.writeBigUInt64LE(BigInt(numbers.directoryOffset), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 'latin1');
  locator.writeBigUInt64LE(BigInt(honest.directoryOffset + honest.directoryBytes), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator]);
}

function writeEnd(numbers: EndNumbers & { disk?: number }, comment: Buffer): Buffer {
  const record = Buffer.alloc(22);
  record.write('PK\x05\x06', 'latin1');
  record.writeUInt16LE(numbers.disk ?? 0, 4);
  record.writeUInt16LE(numbers.count, 8);
  record.writeUInt16LE(numbers.count, 10);
  record.writeUInt32LE(numbers.directoryBytes, 12);
  record.writeUInt32LE(numbers.directoryOffset, 16);
  record.writeUInt16LE(comment.length, 20);
  return Buffer.concat([record, comment]);
}

/** What stands beside a name: an id and its bytes. */
export function extraField(id: number, ...numbers: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(4 + 8 * numbers.length);
  bytes.writeUInt16LE(id, 0);
  bytes.writeUInt16LE(8 * numbers.length, 2);
  for (const [index, number] of numbers.entries()) bytes.writeBigUInt64LE(number, 4 + 8 * index);
  return bytes;
}
