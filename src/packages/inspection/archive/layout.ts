import { WheelRefusal } from '../problem.ts';
import type { ByteSource } from './byte-source.ts';
import type { Entry } from './directory.ts';
import { readExtraFields, widen } from './extra-fields.ts';
import { zipFormat } from './zip-format.ts';

/** An entry, and where its packed bytes begin. */
export interface PlacedEntry extends Entry {
  readonly contentOffset: number;
}

const { bytes: headerBytes, signature } = zipFormat.header;
const sizesFollowFlag = 1 << 3;

/** Goes through the archive from its first byte to the directory: every byte belongs to exactly one entry. */
export function placeEntries(source: ByteSource, entries: readonly Entry[], directoryOffset: number): PlacedEntry[] {
  const inOrder = [...entries].sort((one, other) => one.offset - other.offset);
  const first = inOrder[0]?.offset ?? directoryOffset;
  if (first !== 0) throw new WheelRefusal('archive.hidden', 'there are bytes before the first file of the archive');
  return inOrder.map((entry, index) => placeEntry(source, entry, inOrder[index + 1]?.offset ?? directoryOffset));
}

function placeEntry(source: ByteSource, entry: Entry, next: number): PlacedEntry {
  const { path, offset, packedBytes } = entry;
  if (offset + headerBytes > next) throw overlap(path);
  const header = source.read(offset, headerBytes);
  if (header.readUInt32LE(0) !== signature) throw differs(path, 'has no header where the directory says');
  const nameEnd = headerBytes + header.readUInt16LE(26);
  const contentOffset = offset + nameEnd + header.readUInt16LE(28);
  const end = contentOffset + packedBytes;
  if (end > next) throw overlap(path);
  const names = Buffer.from(source.read(offset + headerBytes, contentOffset - offset - headerBytes));
  compareHeader(entry, header, names);
  checkTail(source.read(end, Math.min(next - end, longestTail + 1)), entry);
  return { ...entry, contentOffset };
}

function compareHeader(entry: Entry, header: Buffer, names: Buffer): void {
  const { path, flags, nameBytes } = entry;
  const nameLength = header.readUInt16LE(26);
  if (!names.subarray(0, nameLength).equals(nameBytes)) throw differs(path, 'has another name in its own header');
  if (header.readUInt16LE(6) !== flags) throw differs(path, 'has other marks in its own header');
  if (header.readUInt16LE(8) !== (entry.method === 'stored' ? 0 : 8)) throw differs(path, 'has two ways of packing');
  const extra = readExtraFields(names.subarray(nameLength), path);
  const small = [header.readUInt32LE(22), header.readUInt32LE(18)];
  const [unpackedBytes = 0, packedBytes = 0] = widen(small, extra, path);
  const crc = header.readUInt32LE(14);
  const isSame = crc === entry.crc && packedBytes === entry.packedBytes && unpackedBytes === entry.unpackedBytes;
  const isLeftOut = crc === 0 && packedBytes === 0 && unpackedBytes === 0;
  if (isSame || (isLeftOut && (flags & sizesFollowFlag) !== 0)) return;
  throw differs(path, 'has another size or checksum in its own header');
}

const longestTail = 24;

/** Behind the content nothing may stand but the sizes again, where a mark announces them. */
function checkTail(tail: Buffer, { path, flags, method, crc, packedBytes, unpackedBytes }: Entry): void {
  if ((flags & sizesFollowFlag) === 0) {
    if (tail.length > 0) throw new WheelRefusal('archive.hidden', `there are bytes behind ${path}`, path);
    return;
  }
  if (method === 'stored' && packedBytes > 0) throw differs(path, 'is stored without saying where it ends');
  const isKnown = [...describeTails({ crc, packedBytes, unpackedBytes })].some((known) => known.equals(tail));
  if (!isKnown) throw differs(path, 'is not followed by the sizes that it has');
}

/** With the signature that most write or without it, in four bytes or in eight. */
function* describeTails(sizes: { crc: number; packedBytes: number; unpackedBytes: number }): Generator<Buffer> {
  const mark = Buffer.from([0x50, 0x4b, 0x07, 0x08]);
  for (const width of [4, 8] as const) {
    const tail = Buffer.alloc(4 + 2 * width);
    if (width === 4 && Math.max(sizes.packedBytes, sizes.unpackedBytes) > 0xffffffff) continue;
    tail.writeUInt32LE(sizes.crc);
    for (const [index, size] of [sizes.packedBytes, sizes.unpackedBytes].entries()) {
      if (width === 4) tail.writeUInt32LE(size, 4 + index * 4);
      else tail.writeBigUInt64LE(BigInt(size), 4 + index * 8);
    }
    yield Buffer.concat([mark, tail]);
    yield tail;
  }
}

function differs(path: string, what: string): WheelRefusal {
  return new WheelRefusal('archive.headers', `${path} ${what}`, path);
}

function overlap(path: string): WheelRefusal {
  return new WheelRefusal('archive.hidden', `${path} lies over another file of the archive`, path);
}
