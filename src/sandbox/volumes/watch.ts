import { setTimeout as delay } from 'node:timers/promises';

import type { VolumeExcess } from './bounds.ts';

/** The first looks come soon, so that little is written in between; after that they never take more than a twentieth. */
const shortestPauseMs = 100;
const pausePerLook = 20;

/** Looks at what files take until it is more than their bound, or until it is stopped. */
export class VolumeWatch {
  readonly #look: () => Promise<VolumeExcess | undefined>;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(look: () => Promise<VolumeExcess | undefined>, onExcess: (excess: VolumeExcess) => void) {
    this.#look = look;
    this.#ended = this.#watch(onExcess);
  }

  /** Resolves when no look is under way any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #watch(onExcess: (excess: VolumeExcess) => void): Promise<void> {
    const { signal } = this.#stop;
    let pauseMs = shortestPauseMs;
    for (;;) {
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      const startedAt = performance.now();
      const excess = await this.#look();
      if (excess !== undefined) {
        onExcess(excess);
        return;
      }
      pauseMs = Math.max(shortestPauseMs, (performance.now() - startedAt) * pausePerLook);
    }
  }
}
