import { setTimeout as delay } from 'node:timers/promises';

import type { VolumeExcess } from './bounds.ts';

/** The first looks come soon, so that little is written in between; after that they never take more than a twentieth. */
const shortestPauseMs = 100;
const pausePerLook = 20;

/** A host that is short of something fails to look; the code is not to blame, until it goes on for too long. */
const mostFailures = 10;

/** What cannot be measured may be anything. */
const unmeasured: VolumeExcess = { what: 'unreadable', limit: 0, used: 1 };

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
    let failures = 0;
    for (;;) {
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      const startedAt = performance.now();
      const excess = await this.#look().then(
        (found) => {
          failures = 0;
          return found;
        },
        () => ((failures += 1) < mostFailures ? undefined : unmeasured),
      );
      if (excess !== undefined) {
        onExcess(excess);
        return;
      }
      pauseMs = Math.max(shortestPauseMs, (performance.now() - startedAt) * pausePerLook);
    }
  }
}
