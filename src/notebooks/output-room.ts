/** The room that all outputs of a notebook share, and how much of what came had none. */
export class OutputRoom {
  readonly maxBytes: number;
  #takenBytes = 0;
  #outputsLeftOut = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get outputsLeftOut(): number {
    return this.#outputsLeftOut;
  }

  /** Takes so much where there is so much; a negative number gives back. */
  take(bytes: number): boolean {
    if (this.#takenBytes + bytes > this.maxBytes) return false;
    this.#takenBytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#takenBytes -= bytes;
  }

  leaveOut(): void {
    this.#outputsLeftOut += 1;
  }
}
