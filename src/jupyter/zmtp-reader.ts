export interface ZmtpHandlers {
  /** A piece of the part of a message that is under way. */
  readonly onBytes: (bytes: Buffer) => void;
  /** A part is over, and with the last one its message. */
  readonly onPart: (isLast: boolean) => void;
}

const greetingBytes = 64;
const flag = { hasMore: 1, isLong: 2, isCommand: 4 } as const;

/** Reads what one side of a ZeroMQ connection says: messages, in parts. What is none of ZeroMQ's is read as nothing. */
export class ZmtpReader {
  readonly #handlers: ZmtpHandlers;
  #state: 'greeting' | 'frames' | 'foreign' = 'greeting';
  #head: Buffer = Buffer.alloc(0);
  #frame: { readonly flags: number; left: number } | undefined;

  constructor(handlers: ZmtpHandlers) {
    this.#handlers = handlers;
  }

  take(bytes: Buffer): void {
    for (let rest = bytes; rest.length > 0 && this.#state !== 'foreign';) {
      rest = this.#frame === undefined ? this.#takeHead(rest) : this.#takeBody(this.#frame, rest);
    }
  }

  #takeHead(bytes: Buffer): Buffer {
    const used = Math.min(bytes.length, this.#headBytes() - this.#head.length);
    this.#head = Buffer.concat([this.#head, bytes.subarray(0, used)]);
    if (this.#head.length === this.#headBytes()) this.#endHead();
    return bytes.subarray(used);
  }

  /** How long what comes before a frame's body is, as far as is known. */
  #headBytes(): number {
    if (this.#state === 'greeting') return greetingBytes;
    const [flags] = this.#head;
    if (flags === undefined) return 1;
    return (flags & flag.isLong) === 0 ? 2 : 9;
  }

  #endHead(): void {
    const head = this.#head;
    this.#head = Buffer.alloc(0);
    if (this.#state === 'greeting') {
      const isOurs = head[0] === 0xff && head[9] === 0x7f && (head[10] ?? 0) >= 3;
      this.#state = isOurs ? 'frames' : 'foreign';
      return;
    }
    const flags = head.readUInt8();
    const left = head.length === 9 ? Number(head.readBigUInt64BE(1)) : head.readUInt8(1);
    this.#frame = { flags, left };
    if (left === 0) this.#endFrame(flags);
  }

  #takeBody(frame: { readonly flags: number; left: number }, bytes: Buffer): Buffer {
    const piece = bytes.subarray(0, Math.min(bytes.length, frame.left));
    if ((frame.flags & flag.isCommand) === 0) this.#handlers.onBytes(piece);
    frame.left -= piece.length;
    if (frame.left === 0) this.#endFrame(frame.flags);
    return bytes.subarray(piece.length);
  }

  #endFrame(flags: number): void {
    this.#frame = undefined;
    if ((flags & flag.isCommand) === 0) this.#handlers.onPart((flags & flag.hasMore) === 0);
  }
}
