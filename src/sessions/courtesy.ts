import type { Sandbox } from '../sandbox/index.ts';

/** What every run earns: so long is a run that nobody waits for. */
const freeMs = 10;

/** With less than that it is not worth to begin in the foreground. */
const leastMs = 5;

/** What runs may use of the processors beyond that before they give way; earned while nothing runs, too. */
const mostCreditMs = 100;

/** The most that is owed: soon after a long run, short ones are quick again. */
const mostOwedMs = 1000;

/** How soon after a run what it left behind gives way; the next one may follow at once, and should cost nothing. */
const settleMs = 50;

export interface CourtesyOptions {
  readonly cpus: number;
  /** A clock in milliseconds. */
  readonly now?: () => number;
}

/**
 * Lets short runs be quick beside long ones: a run goes to the background when it has used up its session's credit, and
 * so does whatever runs between runs. Where nobody else wants the processors that makes no difference.
 */
export class Courtesy {
  readonly #sandbox: Sandbox;
  readonly #cpus: number;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  /** A new session has yet to earn it: sixteen that begin at once would else have a moment of the foreground each. */
  #creditMs = -freeMs;
  #idleSince: number;
  #isBackground = false;
  #isClosed = false;

  constructor(sandbox: Sandbox, { cpus, now = () => performance.now() }: CourtesyOptions) {
    this.#sandbox = sandbox;
    this.#cpus = Math.max(cpus, 0.1);
    this.#now = now;
    this.#idleSince = now();
  }

  /** The time that it took to start is no rest. */
  becameReady(): void {
    this.#idleSince = this.#now();
  }

  /** @param cpuMs what had been used before; undefined where nobody counts. */
  runBegan(cpuMs: number | undefined): void {
    this.#creditMs = Math.min(mostCreditMs, this.#creditMs + this.#now() - this.#idleSince);
    const budgetMs = this.#creditMs + freeMs;
    this.#setBackground(budgetMs < leastMs);
    if (budgetMs >= leastMs) this.#after(budgetMs / this.#cpus, () => void this.#look(cpuMs, budgetMs));
    else clearTimeout(this.#timer);
  }

  runEnded(usedMs: number | undefined): void {
    this.#idleSince = this.#now();
    this.#creditMs = Math.max(-mostOwedMs, Math.min(mostCreditMs, this.#creditMs + freeMs - (usedMs ?? 0)));
    this.#after(settleMs, () => this.#setBackground(true));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** The clock has run; whether the processors did is for the counter to say. Where none counts, the clock decides. */
  async #look(firstMs: number | undefined, budgetMs: number): Promise<void> {
    const timer = this.#timer;
    const { cpuMs } = await this.#sandbox.usage();
    if (this.#isClosed || this.#timer !== timer) return; // the run ended meanwhile
    const leftMs = cpuMs === undefined || firstMs === undefined ? 0 : budgetMs - (cpuMs - firstMs);
    if (leftMs <= 0) this.#setBackground(true);
    else this.#after(leftMs / this.#cpus, () => void this.#look(firstMs, budgetMs));
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
