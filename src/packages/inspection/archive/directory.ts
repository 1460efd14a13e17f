import { WheelRefusal } from '../problem.ts';
import type { ByteSource } from './byte-source.ts';
import type { EndRecord } from './end-record.ts';
import { checkName, decodeName } from './entry-name.ts';
import { readExtraFields, widen } from './extra-fields.ts';
import type { ArchiveLimits } from './limits.ts';
import { zipFormat } from './zip-format.ts';

/** A file or folder as the directory of the archive has it. */
export interface Entry {
  /** Without the slash at the end that marks a folder. */
  readonly path: string;
  readonly nameBytes: Buffer;
  readonly isFolder: boolean;
  readonly isExecutable: boolean;
  readonly flags: number;
  readonly method: 'stored' | 'deflated';
  readonly crc: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly offset: number;
}

const { bytes: headerBytes, signature } = zipFormat.entry;
/** How well it is packed (1, 2), sizes behind the content (3), names in UTF-8 (11). */
const knownFlags = 0b1000_0000_1110;
const utf8Flag = 1 << 11;

export function readDirectory(source: ByteSource, end: EndRecord, limits: ArchiveLimits): Entry[] {
  if (end.entryCount > limits.maxFiles) {
    throw new WheelRefusal('archive.size', `it holds ${end.entryCount} files; ${limits.maxFiles} are let in`);
  }
  if (end.directoryBytes > limits.maxDirectoryBytes) {
    throw new WheelRefusal('archive.size', 'the list of its files is larger than is let in');
  }
  const bytes = source.read(end.directoryOffset, end.directoryBytes);
  const entries: Entry[] = [];
  let at = 0;
  for (let count = 0; count < end.entryCount; count += 1) {
    const length = lengthAt(bytes, at);
    entries.push(readEntry(bytes.subarray(at, at + length), limits));
    at += length;
  }
  if (at !== bytes.length) throw new WheelRefusal('archive.hidden', 'the directory lists more files than it counts');
  return entries;
}

function lengthAt(bytes: Buffer, at: number): number {
  const isWhole = at + headerBytes <= bytes.length && bytes.readUInt32LE(at) === signature;
  const sizes = isWhole ? [28, 30, 32].map((place) => bytes.readUInt16LE(at + place)) : [];
  const length = sizes.reduce((sum, size) => sum + size, headerBytes);
  if (isWhole && at + length <= bytes.length) return length;
  throw new WheelRefusal('archive.form', 'the directory of the archive cannot be read');
}

function readEntry(header: Buffer, limits: ArchiveLimits): Entry {
  const flags = header.readUInt16LE(8);
  const nameEnd = headerBytes + header.readUInt16LE(28);
  const nameBytes = Buffer.from(header.subarray(headerBytes, nameEnd));
  const name = decodeName(nameBytes, (flags & utf8Flag) !== 0);
  checkName(name, limits.maxPathBytes);
  if (header.readUInt16LE(32) !== 0) throw new WheelRefusal('archive.hidden', `there is a comment on ${name}`, name);
  if (header.readUInt16LE(34) !== 0) throw new WheelRefusal('archive.form', `${name} lies in another part`, name);
  const extra = readExtraFields(header.subarray(nameEnd, nameEnd + header.readUInt16LE(30)), name);
  const small = [header.readUInt32LE(24), header.readUInt32LE(20), header.readUInt32LE(42)];
  const [unpackedBytes = 0, packedBytes = 0, offset = 0] = widen(small, extra, name);
  const method = readMethod(header.readUInt16LE(10), flags, name);
  const { isFolder, isExecutable } = readKind(name, header.readUInt32LE(38));
  const entry = { nameBytes, isFolder, isExecutable, flags, method, packedBytes, unpackedBytes, offset };
  return { path: isFolder ? name.slice(0, -1) : name, crc: header.readUInt32LE(16), ...entry };
}

function readMethod(method: number, flags: number, name: string): Entry['method'] {
  if ((flags & 1) !== 0) throw new WheelRefusal('archive.method', `${name} is encrypted`, name);
  if ((flags & ~knownFlags) !== 0) throw new WheelRefusal('archive.method', `${name} has marks no wheel has`, name);
  if (method === 0) return 'stored';
  if (method === 8) return 'deflated';
  throw new WheelRefusal(
    'archive.method',
    `${name} is packed by method ${method}; wheels are stored or deflated`,
    name,
  );
}

const typeMask = 0o170000;
const folderType = 0o040000;
const fileType = 0o100000;
const folderAttribute = 0x10;

function readKind(name: string, attributes: number): { isFolder: boolean; isExecutable: boolean } {
  const mode = attributes >>> 16;
  const type = mode & typeMask;
  const isFolder = name.endsWith('/');
  const expected = isFolder ? folderType : fileType;
  if (type !== 0 && type !== expected) {
    throw new WheelRefusal('archive.kind', `${name} is ${describeType(type)}, not what its name says`, name);
  }
  if (!isFolder && (attributes & folderAttribute) !== 0) {
    throw new WheelRefusal('archive.kind', `${name} is a folder by one mark and a file by another`, name);
  }
  if ((mode & 0o7000) !== 0) throw new WheelRefusal('archive.kind', `${name} would run with rights of its owner`, name);
  return { isFolder, isExecutable: !isFolder && (mode & 0o111) !== 0 };
}

function describeType(type: number): string {
  const names: Readonly<Record<number, string>> = {
    0o120000: 'a symbolic link',
    [folderType]: 'a folder',
    [fileType]: 'a file',
    0o020000: 'a device',
    0o060000: 'a device',
    0o010000: 'a pipe',
    0o140000: 'a socket',
  };
  return names[type] ?? 'something unknown';
}
