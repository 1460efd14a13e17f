import { BelljarError } from './errors.ts';
import { timerMs } from './options.ts';

interface Running<T> {
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Gets what the work comes to after the deadline, which nobody else has. */
  readonly onLate?: ((result: T) => void) | undefined;
}

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
    { deadlineMs, signal, onLate }: Running<T>,
  ): Promise<T | undefined> {
    const given = new AbortController();
    const giveUp = (): void => given.abort(signal?.reason);
    if (signal?.aborted === true) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });
    let isLate = false;
    const finish = async (): Promise<T> => {
      const result = await work(AbortSignal.any([given.signal, this.#closing.signal]));
      if (isLate) onLate?.(result);
      return result;
    };
    const working = this.#keep(finish());
    const giveBack = (): void => {
      isLate = true;
    };
    try {
      return await (deadlineMs === undefined ? working : firstOf(working, deadlineMs, giveBack));
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

async function firstOf<T>(working: Promise<T>, deadlineMs: number, onOver: () => void): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const end = (): void => {
    onOver();
    resolve(undefined);
  };
  const timer = setTimeout(end, timerMs(deadlineMs));
  try {
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
  }
}
