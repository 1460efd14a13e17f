import { BelljarError } from './errors.ts';

/** Work that goes on although whoever began it did not want to wait any longer; it ends with what it belongs to. */
export class Background implements AsyncDisposable {
  readonly #closing = new AbortController();
  readonly #under = new Set<Promise<unknown>>();

  /**
   * Resolves to what the work comes to, or to undefined when the time is over and it goes on without the caller. Until then
   * the caller's signal ends it.
   */
  async run<T>(
    work: (signal: AbortSignal) => Promise<T>,
    { deadlineMs, signal }: { readonly deadlineMs?: number | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<T | undefined> {
    const given = new AbortController();
    const giveUp = (): void => given.abort(signal?.reason);
    if (signal?.aborted === true) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });
    const working = this.#keep(work(AbortSignal.any([given.signal, this.#closing.signal])));
    try {
      return await (deadlineMs === undefined ? working : firstOf(working, deadlineMs));
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new BelljarError('CANCELLED', 'Belljar was closed'));
    await Promise.allSettled(this.#under);
  }

  #keep<T>(working: Promise<T>): Promise<T> {
    this.#under.add(working);
    const forget = (): void => void this.#under.delete(working);
    working.then(forget, forget);
    return working;
  }
}

async function firstOf<T>(working: Promise<T>, deadlineMs: number): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), deadlineMs);
  try {
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
  }
}
