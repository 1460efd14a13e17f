export interface IdleClockOptions {
  readonly timeoutMs: number;
  /** Whether something is under way, however long it has been. */
  readonly isBusy: () => boolean;
  readonly onIdle: () => void;
}

/** Tells when nobody has wanted anything for a while. Until then it looks again, and keeps no process alive by that. */
export class IdleClock {
  readonly #options: IdleClockOptions;
  #since = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: IdleClockOptions) {
    this.#options = options;
    this.#lookAfter(options.timeoutMs);
  }

  /** Something was wanted just now. */
  touch(): void {
    this.#since = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookAfter(waitMs: number): void {
    this.#timer = setTimeout(() => this.#look(), Math.ceil(waitMs)).unref();
  }

  #look(): void {
    const { timeoutMs, isBusy, onIdle } = this.#options;
    if (isBusy()) this.touch();
    const leftMs = timeoutMs - (performance.now() - this.#since);
    if (leftMs > 0) this.#lookAfter(leftMs);
    else onIdle();
  }
}
