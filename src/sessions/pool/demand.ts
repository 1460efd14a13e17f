export interface DemandOptions {
  /** For how long an opening counts. */
  readonly keepMs: number;
  /** Openings within so long are one burst: nothing can be made anew meanwhile. */
  readonly burstMs: number;
}

const maxRemembered = 256;

/** How many will be wanted at once, told by how many were, not long ago. */
export class Demand {
  readonly #options: DemandOptions;
  #times: number[] = [];

  constructor(options: DemandOptions) {
    this.#options = options;
  }

  get lastAt(): number {
    return this.#times.at(-1) ?? -Infinity;
  }

  note(now: number): void {
    this.#times.push(now);
    if (this.#times.length > maxRemembered) this.#times.shift();
  }

  /** The largest burst that still counts. */
  wanted(now: number): number {
    const { keepMs, burstMs } = this.#options;
    this.#times = this.#times.filter((time) => time > now - keepMs);
    let first = 0;
    let largest = 0;
    for (const [index, time] of this.#times.entries()) {
      while ((this.#times[first] ?? time) <= time - burstMs) first += 1;
      largest = Math.max(largest, index - first + 1);
    }
    return largest;
  }
}
