import { cancelled, refuseWhenCancelled } from '../errors.ts';

interface Waiter {
  readonly start: () => void;
}

/** One at a time, in the order of asking. */
export class Turn {
  #isTaken = false;
  readonly #waiters: Waiter[] = [];

  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Resolves to the function that ends the turn. */
  async take(signal?: AbortSignal): Promise<() => void> {
    refuseWhenCancelled(signal);
    if (this.#isTaken) await this.#wait(signal);
    this.#isTaken = true;
    return () => this.#pass();
  }

  #pass(): void {
    const next = this.#waiters.shift();
    // Handed over without a gap, so that nobody who comes in between overtakes.
    if (next === undefined) this.#isTaken = false;
    else next.start();
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        if (signal !== undefined) reject(cancelled(signal));
      };
      const waiter: Waiter = {
        start: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.#waiters.push(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
