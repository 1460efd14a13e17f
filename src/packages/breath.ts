import { setImmediate as letOthers } from 'node:timers/promises';

/** How long the event loop may be kept at a time. */
const sliceMs = 8;

/** For long work in small steps: it lets others have the event loop whenever it had it for long. */
export class Breath {
  #begunMs = performance.now();

  get isDue(): boolean {
    return performance.now() - this.#begunMs >= sliceMs;
  }

  async take(): Promise<void> {
    await letOthers();
    this.#begunMs = performance.now();
  }
}
