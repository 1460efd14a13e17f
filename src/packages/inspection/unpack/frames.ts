/**
 * What the program that unpacks says, in frames: a kind, the length of what follows, and a number, then that many bytes.
 * What is inside of files goes by in such pieces, so that neither side holds a file whole.
 */
const kinds = { ready: 1, read: 2, announcement: 3, data: 4, end: 5 } as const;

type FrameKind = keyof typeof kinds;

export const headerBytes = 9;

/** The longest of each kind; a list of files may be long. */
const maxLengths: Readonly<Record<FrameKind, number>> = {
  ready: 0,
  read: 12,
  announcement: 96 * 2 ** 20,
  data: 2 ** 20,
  end: 2 ** 16,
};

export const maxPieceBytes = maxLengths.data;

/** What the host hears. Content comes as it arrives: a frame of it may be told in several pieces. */
export type Heard =
  | { readonly kind: 'ready' }
  | { readonly kind: 'read'; readonly offset: number; readonly length: number }
  | { readonly kind: 'announcement' | 'end'; readonly bytes: Buffer }
  | { readonly kind: 'data'; readonly index: number; readonly bytes: Buffer }
  | { readonly kind: 'nonsense' };

/** The head of a frame, and what is short enough to be sent with it. */
export function encodeFrame(kind: FrameKind, payload: Uint8Array = new Uint8Array(), number = 0): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + payload.length);
  frame.writeUInt8(kinds[kind], 0);
  frame.writeUInt32LE(payload.length, 1);
  frame.writeUInt32LE(number, 5);
  frame.set(payload, headerBytes);
  return frame;
}

export function encodeRead(offset: number, length: number): Buffer {
  const payload = Buffer.allocUnsafe(12);
  payload.writeDoubleLE(offset, 0);
  payload.writeUInt32LE(length, 8);
  return encodeFrame('read', payload);
}

interface Header {
  readonly kind: FrameKind;
  readonly length: number;
  readonly index: number;
}

/** Takes the stream apart, however it is cut. Behind nonsense nothing is read any more. */
export class FrameReader {
  #header: Header | undefined;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #isBroken = false;

  *read(chunk: Buffer): Generator<Heard> {
    let rest = chunk;
    while (rest.length > 0 && !this.#isBroken) {
      const wanted = (this.#header?.length ?? headerBytes) - this.#heldBytes;
      const piece = rest.subarray(0, wanted);
      rest = rest.subarray(piece.length);
      this.#heldBytes += piece.length;
      if (this.#header?.kind === 'data') yield { kind: 'data', index: this.#header.index, bytes: piece };
      else this.#held.push(piece);
      if (piece.length === wanted) yield* this.#finish();
    }
  }

  *#finish(): Generator<Heard> {
    const bytes = Buffer.concat(this.#held);
    const header = this.#header;
    this.#held = [];
    this.#heldBytes = 0;
    this.#header = header === undefined ? decodeHeader(bytes) : undefined;
    const heard = header === undefined ? this.#begin() : interpret(header, bytes);
    if (heard !== undefined) yield heard;
  }

  /** A frame without content is whole with its head. */
  #begin(): Heard | undefined {
    const header = this.#header;
    this.#isBroken = header === undefined;
    if (header === undefined) return { kind: 'nonsense' };
    if (header.length > 0) return undefined;
    this.#header = undefined;
    return interpret(header, Buffer.alloc(0));
  }
}

function decodeHeader(bytes: Buffer): Header | undefined {
  const code = bytes.readUInt8(0);
  const kind = (Object.keys(kinds) as FrameKind[]).find((name) => kinds[name] === code);
  const [length, index] = [bytes.readUInt32LE(1), bytes.readUInt32LE(5)];
  if (kind === undefined || length > maxLengths[kind] || (kind === 'data' && length === 0)) return undefined;
  return { kind, length, index };
}

function interpret({ kind }: Header, bytes: Buffer): Heard | undefined {
  if (kind === 'data') return undefined; // told already
  if (kind === 'ready') return { kind };
  if (kind !== 'read') return { kind, bytes };
  if (bytes.length !== maxLengths.read) return { kind: 'nonsense' };
  const [offset, length] = [bytes.readDoubleLE(0), bytes.readUInt32LE(8)];
  return Number.isSafeInteger(offset) && offset >= 0 ? { kind, offset, length } : { kind: 'nonsense' };
}
