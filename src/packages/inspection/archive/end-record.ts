import { WheelRefusal } from '../problem.ts';
import type { ByteSource } from './byte-source.ts';
import { zipFormat } from './zip-format.ts';

/** Where the directory of the archive lies; it ends where the end records begin. */
export interface EndRecord {
  readonly entryCount: number;
  readonly directoryOffset: number;
  readonly directoryBytes: number;
}

const { bytes: endBytes, signature: endSignature } = zipFormat.end;
const { bytes: locatorBytes, signature: locatorSignature } = zipFormat.locator;
const { bytes: end64Bytes, signature: end64Signature } = zipFormat.wideEnd;
/** The longest comment there can be, and the record before it. */
const longestTail = endBytes + zipFormat.maxCommentBytes;

/** Reads the end of the archive, which must be its very end: no comment, nothing behind it. */
export function readEndRecord(source: ByteSource): EndRecord {
  const at = source.sizeBytes - endBytes;
  if (at < 0) throw notAnArchive();
  const record = source.read(at, endBytes);
  if (record.readUInt32LE(0) !== endSignature || record.readUInt16LE(20) !== 0) throw explainTail(source);
  const narrow = {
    disks: [record.readUInt16LE(4), record.readUInt16LE(6)],
    counts: [record.readUInt16LE(8), record.readUInt16LE(10)],
    directoryBytes: record.readUInt32LE(12),
    directoryOffset: record.readUInt32LE(16),
  };
  const [entryCount = 0, sameCount] = narrow.counts;
  if (narrow.disks.some((disk) => disk !== 0) || entryCount !== sameCount) {
    throw new WheelRefusal('archive.form', 'the archive says that it is one part of several');
  }
  const found = { ...narrow, entryCount };
  const wide = readWide(source, at);
  if (wide !== undefined) return checkPlace(agree(found, wide), at - locatorBytes - end64Bytes);
  if (isSaturated(found)) throw new WheelRefusal('archive.form', 'the archive lacks the record of its true size');
  return checkPlace(found, at);
}

function notAnArchive(): WheelRefusal {
  return new WheelRefusal('archive.form', 'the file is no ZIP archive, or was cut short');
}

function explainTail(source: ByteSource): WheelRefusal {
  const length = Math.min(source.sizeBytes, longestTail);
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(endSignature);
  const isThere = source.read(source.sizeBytes - length, length).includes(mark);
  if (!isThere) return notAnArchive();
  return new WheelRefusal('archive.hidden', 'there are bytes behind the end of the archive, or in a comment on it');
}

/** The ZIP64 record, where there is one: its locator stands right before the end record. */
function readWide(source: ByteSource, at: number): EndRecord | undefined {
  if (at < locatorBytes + end64Bytes) return undefined;
  const locator = source.read(at - locatorBytes, locatorBytes);
  if (locator.readUInt32LE(0) !== locatorSignature) return undefined;
  const expected = at - locatorBytes - end64Bytes;
  const record = source.read(expected, end64Bytes);
  const isRight =
    locator.readUInt32LE(4) === 0 &&
    locator.readUInt32LE(16) === 1 &&
    locator.readBigUInt64LE(8) === BigInt(expected) &&
    record.readUInt32LE(0) === end64Signature &&
    record.readBigUInt64LE(4) === BigInt(end64Bytes - 12) &&
    record.readUInt32LE(16) === 0 &&
    record.readUInt32LE(20) === 0 &&
    record.readBigUInt64LE(24) === record.readBigUInt64LE(32);
  if (!isRight) throw new WheelRefusal('archive.form', 'the record of the archive’s true size is wrong');
  return {
    entryCount: Number(record.readBigUInt64LE(32)),
    directoryBytes: Number(record.readBigUInt64LE(40)),
    directoryOffset: Number(record.readBigUInt64LE(48)),
  };
}

/** Each of the small numbers is the large one, or says that it had no room for it. */
function agree(narrow: EndRecord, wide: EndRecord): EndRecord {
  const fits = (small: number, large: number, full: number): boolean => small === large || small === full;
  const isSame =
    fits(narrow.entryCount, wide.entryCount, 0xffff) &&
    fits(narrow.directoryBytes, wide.directoryBytes, 0xffffffff) &&
    fits(narrow.directoryOffset, wide.directoryOffset, 0xffffffff);
  if (!isSame) throw new WheelRefusal('archive.headers', 'the archive gives two sizes of itself, and they differ');
  return wide;
}

function isSaturated({ entryCount, directoryBytes, directoryOffset }: EndRecord): boolean {
  return entryCount === 0xffff || directoryBytes === 0xffffffff || directoryOffset === 0xffffffff;
}

function checkPlace({ entryCount, directoryOffset, directoryBytes }: EndRecord, end: number): EndRecord {
  if (directoryOffset + directoryBytes !== end) {
    throw new WheelRefusal('archive.hidden', 'the directory of the archive does not lie where the archive says');
  }
  return { entryCount, directoryOffset, directoryBytes };
}
