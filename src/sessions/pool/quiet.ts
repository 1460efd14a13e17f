import { setTimeout as delay } from 'node:timers/promises';

/** So long nothing was launched for somebody who waits; and so long is waited for that at most. */
const settleMs = 20;
const longestWaitMs = 1000;

/** Knows when nobody waits for a launch, so that those for later do not come in their way. */
export class Quiet {
  #waiting = 0;
  #since = -Infinity;

  /** Somebody waits for this. */
  async disturbedBy<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    try {
      return await work();
    } finally {
      this.#waiting -= 1;
      this.#since = performance.now();
    }
  }

  /** Resolves when it has been quiet for a moment, or it never is. */
  async wait(signal: AbortSignal): Promise<void> {
    const patientUntil = performance.now() + longestWaitMs;
    while (!signal.aborted && performance.now() < patientUntil) {
      const quietMs = this.#waiting > 0 ? 0 : performance.now() - this.#since;
      if (quietMs >= settleMs) return;
      await delay(settleMs - quietMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
