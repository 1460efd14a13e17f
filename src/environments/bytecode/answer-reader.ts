/** What the compiler says: that it is there, or what became of the module whose turn it is. */
export interface Answer {
  readonly status: 'ready' | 'compiled' | 'refused';
  readonly bytes: Buffer;
}

const headBytes = 8;

const statuses = ['ready', 'compiled', 'refused'] as const;
const maxLengths: Readonly<Record<Answer['status'], number>> = {
  ready: 100,
  compiled: 128 * 2 ** 20,
  refused: 4096,
};

/** Takes the compiler's stream apart, however it is cut; ends at nonsense, with undefined. */
export class AnswerReader {
  #head: { readonly status: Answer['status']; readonly length: number } | undefined;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #isBroken = false;

  *read(chunk: Buffer): Generator<Answer | undefined> {
    let rest = chunk;
    while (!this.#isBroken) {
      const wanted = (this.#head?.length ?? headBytes) - this.#heldBytes;
      const piece = rest.subarray(0, wanted);
      rest = rest.subarray(piece.length);
      this.#held.push(piece);
      this.#heldBytes += piece.length;
      if (piece.length < wanted) return;
      const bytes = Buffer.concat(this.#held);
      this.#held = [];
      this.#heldBytes = 0;
      yield* this.#finish(bytes);
    }
  }

  *#finish(bytes: Buffer): Generator<Answer | undefined> {
    const head = this.#head;
    this.#head = head === undefined ? decodeHead(bytes) : undefined;
    if (head !== undefined) yield { status: head.status, bytes };
    else if (this.#head === undefined) {
      this.#isBroken = true;
      yield undefined;
    }
  }
}

function decodeHead(bytes: Buffer): { status: Answer['status']; length: number } | undefined {
  const status = statuses[bytes.readUInt32LE(0)];
  const length = bytes.readUInt32LE(4);
  return status === undefined || length > maxLengths[status] ? undefined : { status, length };
}
