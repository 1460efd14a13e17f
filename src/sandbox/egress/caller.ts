import type { Duplex } from 'node:stream';

/** One connection from inside: it has to ask for something in time, and again after each passage. */
export class Caller {
  readonly stream: Duplex;
  readonly #patienceMs: number;
  #patience: NodeJS.Timeout | undefined;
  #passages = 0;

  constructor(stream: Duplex, patienceMs: number) {
    this.stream = stream;
    this.#patienceMs = patienceMs;
    stream.on('error', () => undefined); // whoever reads or writes is told by what it waits for
    stream.setMaxListeners(0); // as many requests at once as it likes to send, up to the bound of all
    stream.once('close', () => clearTimeout(this.#patience));
    this.#wait();
  }

  /** Between these two it need not ask for anything. */
  passageBegins(): void {
    this.#passages += 1;
    clearTimeout(this.#patience);
  }

  passageEnds(): void {
    this.#passages -= 1;
    if (this.#passages === 0) this.#wait();
  }

  #wait(): void {
    if (!this.stream.destroyed) this.#patience = setTimeout(() => this.stream.destroy(), this.#patienceMs);
  }
}
