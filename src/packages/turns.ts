import { cancelled, refuseWhenCancelled } from '../errors.ts';

/** Lets so many in at once; the others wait in the order in which they came. */
export class Turns {
  readonly #waiting: ((nothing: undefined) => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** @throws CANCELLED. */
  async take(signal?: AbortSignal): Promise<Disposable> {
    refuseWhenCancelled(signal);
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    return { [Symbol.dispose]: () => this.#next() };
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const giveUp = (): void => {
      const at = this.#waiting.indexOf(resolve);
      if (at === -1) return; // has its turn already, and gives it back like everybody
      this.#waiting.splice(at, 1);
      if (signal !== undefined) reject(cancelled(signal));
    };
    this.#waiting.push(resolve);
    signal?.addEventListener('abort', giveUp);
    await promise.finally(() => signal?.removeEventListener('abort', giveUp));
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next(undefined);
  }
}
