const defaultPatienceMs = 300;

/** One bounded time for all that is asked while code waits: what has no answer by then has none. */
export class Patience implements Disposable {
  readonly #over: Promise<undefined>;
  readonly #timer: NodeJS.Timeout;

  constructor(patienceMs = defaultPatienceMs) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#over = promise;
    this.#timer = setTimeout(() => resolve(undefined), patienceMs);
  }

  /** Undefined where the time is over first, or the question failed: what is asked for is advice, and nobody's right. */
  waitFor<T>(answer: Promise<T> | undefined): Promise<T | undefined> {
    return Promise.race([this.#over, answer?.catch(() => undefined)]);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
