import { BelljarError, cancelled, refuseWhenCancelled } from '../../errors.ts';

/** Work that several ask for at once and that is done once. */
export class Running<T> {
  readonly #running = new Map<string, Promise<T>>();

  /**
   * What is running under this key, or starts now. Where whoever started it gives up, the next one starts it anew.
   *
   * @throws CANCELLED for the caller's own signal, and what the work throws.
   */
  async share(key: string, signal: AbortSignal | undefined, start: () => Promise<T>): Promise<T> {
    for (;;) {
      const running = this.#running.get(key);
      if (running === undefined) return this.#start(key, start);
      try {
        return await waitFor(running, signal);
      } catch (error) {
        refuseWhenCancelled(signal);
        if (!(error instanceof BelljarError) || error.code !== 'CANCELLED') throw error;
      }
    }
  }

  async #start(key: string, start: () => Promise<T>): Promise<T> {
    const running = start();
    this.#running.set(key, running);
    try {
      return await running;
    } finally {
      this.#running.delete(key);
    }
  }
}

async function waitFor<T>(running: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return running;
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(cancelled(signal));
  signal.addEventListener('abort', giveUp);
  try {
    return await Promise.race([running, promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
