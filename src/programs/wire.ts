import type { Duplex } from 'node:stream';

import { readControl } from '../sandbox/index.ts';

/** In the order of their numbers; the other side has the same list in python/belljar_runner/wire.py. */
const kinds = ['ready', 'start', 'data', 'end', 'credit', 'signal', 'dial', 'dialed', 'close', 'ended'] as const;

export type FrameKind = (typeof kinds)[number];

export interface WireFrame {
  readonly kind: FrameKind;
  readonly channel: number;
  readonly payload: Buffer;
}

const headerBytes = 9;

/** More than this no frame of data carries, in either direction. */
export const maxPieceBytes = 64 * 1024;

/** What came out of the sandbox is none of what may. */
export class WireViolation extends Error {}

export function packFrame(kind: FrameKind, channel = 0, payload: Uint8Array = new Uint8Array()): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + payload.length);
  frame.writeUInt8(kinds.indexOf(kind), 0);
  frame.writeUInt32BE(channel, 1);
  frame.writeUInt32BE(payload.length, 5);
  frame.set(payload, headerBytes);
  return frame;
}

/** A number of four bytes, as a credit has it. */
export function packCount(count: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(count);
  return bytes;
}

/**
 * The frames that come out of a sandbox, to the end of the stream. It holds one frame at most.
 *
 * @throws WireViolation at what is no frame.
 */
export async function* readWire(control: Duplex): AsyncGenerator<WireFrame> {
  let waiting: Buffer = Buffer.alloc(0);
  for await (const chunk of readControl(control)) {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    for (;;) {
      const frame = cutFrame(waiting);
      if (frame === undefined) break;
      waiting = waiting.subarray(headerBytes + frame.payload.length);
      yield frame;
    }
  }
}

function cutFrame(bytes: Buffer): WireFrame | undefined {
  if (bytes.length < headerBytes) return undefined;
  const kind = kinds[bytes.readUInt8(0)];
  const length = bytes.readUInt32BE(5);
  if (kind === undefined) throw new WireViolation('the sandbox sent a frame of no kind');
  if (length > maxPieceBytes) throw new WireViolation('the sandbox sent a frame beyond the limit');
  if (bytes.length < headerBytes + length) return undefined;
  return { kind, channel: bytes.readUInt32BE(1), payload: bytes.subarray(headerBytes, headerBytes + length) };
}
