/** One after the other, in the order in which they were asked for. */
export class Turns {
  readonly #onEnd: () => void;
  #last: Promise<unknown> = Promise.resolve();
  #underWay = 0;

  /** Told of the end of each turn, however it ended. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** Whether somebody has a turn, or waits for one. */
  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  /** Does it when all that was asked for before has ended; a failure is the asker's own. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#underWay += 1;
    const settled = (): void => {
      this.#underWay -= 1;
      this.#onEnd();
    };
    this.#last = result.then(settled, settled);
    return result;
  }

  /** Resolves when all turns that were asked for until now have ended. */
  async ended(): Promise<void> {
    await this.#last;
  }
}
