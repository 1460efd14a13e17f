import { once } from 'node:events';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';

import { WheelRefusal } from '../problem.ts';
import type { ByteSource } from './byte-source.ts';
import type { PlacedEntry } from './layout.ts';

/** Up to here a file is unpacked in one go, which is several times as fast; larger ones pass by in pieces. */
const wholeBytes = 4 * 2 ** 20;
const pieceBytes = 256 * 1024;

/** Unpacks one file piece by piece, and refuses it unless it is to the byte what was announced. */
export async function readContent(
  source: ByteSource,
  entry: PlacedEntry,
  take: (piece: Buffer) => void,
): Promise<void> {
  const { path, unpackedBytes, packedBytes } = entry;
  let crc = 0;
  let count = 0;
  const pass = (piece: Buffer): void => {
    count += piece.length;
    if (count > unpackedBytes) throw unlike(path, 'unpacks to more than it says');
    crc = crc32(piece, crc);
    take(piece);
  };
  if (entry.method === 'stored') {
    if (packedBytes !== unpackedBytes) throw unlike(path, 'is stored as it is, and has two sizes');
    for (const piece of pieces(source, entry)) pass(piece);
  } else if (packedBytes <= wholeBytes && unpackedBytes <= wholeBytes) pass(inflateWhole(source, entry));
  else await inflatePieces(source, entry, pass);
  if (count !== unpackedBytes) throw unlike(path, 'unpacks to less than it says');
  if (crc !== entry.crc) throw unlike(path, 'is damaged: its checksum is wrong');
}

function* pieces(source: ByteSource, { contentOffset, packedBytes }: PlacedEntry): Generator<Buffer> {
  for (let done = 0; done < packedBytes; done += pieceBytes) {
    yield source.read(contentOffset + done, Math.min(pieceBytes, packedBytes - done));
  }
}

function inflateWhole(source: ByteSource, entry: PlacedEntry): Buffer {
  const { path, packedBytes, unpackedBytes } = entry;
  try {
    const packed = source.read(entry.contentOffset, packedBytes);
    const options = { info: true, maxOutputLength: unpackedBytes + 1 } as const;
    const { buffer, engine } = inflateRawSync(packed, options) as unknown as InflateInfo;
    if (engine.bytesWritten === packedBytes) return buffer;
  } catch (error) {
    throw explain(error, path);
  }
  throw unlike(path, 'ends before its place in the archive does');
}

/** What zlib gives with `info`, which its types do not know. */
interface InflateInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

async function inflatePieces(source: ByteSource, entry: PlacedEntry, pass: (piece: Buffer) => void): Promise<void> {
  const inflate = createInflateRaw({ chunkSize: pieceBytes });
  inflate.on('data', (piece: Buffer) => {
    try {
      pass(piece);
    } catch (error) {
      inflate.destroy(error as Error);
    }
  });
  const ended = once(inflate, 'end');
  // Where it fails while a piece is being written, it is told there.
  ended.catch(() => undefined);
  try {
    for (const piece of pieces(source, entry)) {
      if (!inflate.write(piece) && !inflate.readableEnded) await Promise.race([once(inflate, 'drain'), ended]);
      if (inflate.readableEnded) break;
    }
    inflate.end();
    await ended;
  } catch (error) {
    throw error instanceof WheelRefusal ? error : explain(error, entry.path);
  } finally {
    inflate.destroy();
  }
  if (inflate.bytesWritten !== entry.packedBytes) throw unlike(entry.path, 'ends before its place in the archive does');
}

function explain(error: unknown, path: string): WheelRefusal {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_BUFFER_TOO_LARGE') return unlike(path, 'unpacks to more than it says');
  if (typeof code === 'string' && code.startsWith('Z_')) return unlike(path, 'is damaged: it cannot be unpacked');
  throw error;
}

function unlike(path: string, what: string): WheelRefusal {
  return new WheelRefusal('archive.content', `${path} ${what}`, path);
}
