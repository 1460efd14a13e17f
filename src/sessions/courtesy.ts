import type { Sandbox } from '../sandbox/index.ts';

/** What a run may use of the processors before it gives way. */
const burstMs = 100;

/** How soon after a run what it left behind gives way; the next one may follow at once, and should cost nothing. */
const settleMs = 50;

/**
 * Lets short runs be quick beside long ones: a run goes to the background when it has used its burst, and so does
 * whatever runs between runs. Where nobody else wants the processors that makes no difference.
 */
export class Courtesy {
  readonly #sandbox: Sandbox;
  readonly #cpus: number;
  #timer: NodeJS.Timeout | undefined;
  #isBackground = false;
  #isClosed = false;

  constructor(sandbox: Sandbox, { cpus }: { readonly cpus: number }) {
    this.#sandbox = sandbox;
    this.#cpus = Math.max(cpus, 0.1);
  }

  /** @param cpuMs what had been used before; undefined where nobody counts. */
  runBegan(cpuMs: number | undefined): void {
    this.#setBackground(false);
    this.#after(burstMs / this.#cpus, () => void this.#look(cpuMs));
  }

  runEnded(): void {
    this.#after(settleMs, () => this.#setBackground(true));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** The clock has run; whether the processors did is for the counter to say. Where none counts, the clock decides. */
  async #look(firstMs: number | undefined): Promise<void> {
    const timer = this.#timer;
    const { cpuMs } = await this.#sandbox.usage();
    if (this.#isClosed || this.#timer !== timer) return; // the run ended meanwhile
    const usedMs = cpuMs === undefined || firstMs === undefined ? burstMs : cpuMs - firstMs;
    if (usedMs >= burstMs) this.#setBackground(true);
    else this.#after((burstMs - usedMs) / this.#cpus, () => void this.#look(firstMs));
  }

  #setBackground(isBackground: boolean): void {
    if (this.#isBackground === isBackground) return;
    this.#isBackground = isBackground;
    this.#sandbox.setPriority(isBackground ? 'background' : 'foreground');
  }

  #after(waitMs: number, then: () => void): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(then, Math.max(waitMs, 20)).unref();
  }
}
