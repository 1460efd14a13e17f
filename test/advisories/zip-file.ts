import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipPart {
  readonly name: string;
  readonly content: string | Uint8Array;
  /** What the directory says instead of the truth. */
  readonly claims?: {
    readonly bytes?: number;
    readonly crc?: number;
    readonly method?: number;
    readonly flags?: number;
  };
  /** Its place is that of another one, as bombs do it. */
  readonly sharesFirst?: boolean;
}

/** A ZIP file; with `big` its figures stand where those of more than 65,535 entries do. */
export function makeZip(parts: readonly ZipPart[], { big = false, comment = '' } = {}): Buffer {
  const chunks: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const { packed, head, row } = pack(part);
    row.writeUInt32LE(part.sharesFirst === true ? 0 : offset, 42);
    directory.push(row, Buffer.from(part.name));
    if (part.sharesFirst === true) continue;
    chunks.push(head, Buffer.from(part.name), packed);
    offset += head.length + Buffer.byteLength(part.name) + packed.length;
  }
  const rows = Buffer.concat(directory);
  const place = { count: parts.length, bytes: rows.length, offset };
  return Buffer.concat([...chunks, rows, ...(big ? bigEnd(place) : []), end(place, big, comment)]);
}

function pack({ name, content, claims = {} }: ZipPart): { packed: Buffer; head: Buffer; row: Buffer } {
  const plain = Buffer.from(content);
  const packed = deflateRawSync(plain);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(Buffer.byteLength(name), 26);
  const row = Buffer.alloc(46);
  row.writeUInt32LE(0x02014b50, 0);
  row.writeUInt16LE(claims.flags ?? 0, 8);
  row.writeUInt16LE(claims.method ?? 8, 10);
  row.writeUInt32LE(claims.crc ?? crc32(plain), 16);
  row.writeUInt32LE(packed.length, 20);
  row.writeUInt32LE(claims.bytes ?? plain.length, 24);
  row.writeUInt16LE(Buffer.byteLength(name), 28);
  return { packed, head, row };
}

interface Place {
  readonly count: number;
  readonly bytes: number;
  readonly offset: number;
}

function end({ count, bytes, offset }: Place, big: boolean, comment: string): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(big ? 0xffff : count, 10);
  record.writeUInt32LE(bytes, 12);
  record.writeUInt32LE(big ? 0xffffffff : offset, 16);
  record.writeUInt16LE(comment.length, 20);
  return Buffer.concat([record, Buffer.from(comment)]);
}

function bigEnd({ count, bytes, offset }: Place): Buffer[] {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(bytes), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8);
  return [record, locator];
}
