import { inflateRawSync } from 'node:zlib';

import { zipFormat } from '../inspection/archive/zip-format.ts';

const { end: endRecord, entry, header } = zipFormat;
const deflated = 8;

/**
 * One file out of a wheel whose hash was compared with one that we wrote down: nothing here is a check of a wheel.
 * Undefined where it has no such file.
 */
export function readMember(wheel: Buffer, name: string, maxBytes: number): Buffer | undefined {
  const end = wheel.lastIndexOf(littleEndian(endRecord.signature));
  if (end < 0 || end + endRecord.bytes > wheel.length) return undefined;
  const count = wheel.readUInt16LE(end + 10);
  let at = wheel.readUInt32LE(end + 16);
  for (let index = 0; index < count && wheel.readUInt32LE(at) === entry.signature; index++) {
    const nameBytes = wheel.readUInt16LE(at + 28);
    const found = wheel.toString('utf8', at + entry.bytes, at + entry.bytes + nameBytes);
    if (found === name) return readEntry(wheel, at, maxBytes);
    at += entry.bytes + nameBytes + wheel.readUInt16LE(at + 30) + wheel.readUInt16LE(at + 32);
  }
  return undefined;
}

function readEntry(wheel: Buffer, at: number, maxBytes: number): Buffer | undefined {
  const method = wheel.readUInt16LE(at + 10);
  const packedBytes = wheel.readUInt32LE(at + 20);
  const head = wheel.readUInt32LE(at + 42);
  if (wheel.readUInt32LE(head) !== header.signature) return undefined;
  const begin = head + header.bytes + wheel.readUInt16LE(head + 26) + wheel.readUInt16LE(head + 28);
  const packed = wheel.subarray(begin, begin + packedBytes);
  return method === deflated ? inflateRawSync(packed, { maxOutputLength: maxBytes }) : packed;
}

function littleEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
