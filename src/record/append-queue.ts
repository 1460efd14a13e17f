import { cancelled, toBelljarError } from '../errors.ts';

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

/** Commits what `take` gives out, in its order, and resolves to a result for each once all are durable. */
type CommitGroup<Item, Result> = (take: () => readonly Item[]) => Promise<readonly Result[]>;

/** Bounds how long one group keeps the database locked and the event loop busy. */
const maxGroup = 256;

/** Gathers what is appended while the disk is busy, so that one flush of the disk serves many. */
export class AppendQueue<Item, Result> {
  readonly #commit: CommitGroup<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  #isRunning = false;

  constructor(commit: CommitGroup<Item, Result>) {
    this.#commit = commit;
  }

  /** Resolves when the item is durable. A signal takes it back as long as no group has taken it. */
  add(item: Item, signal?: AbortSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(cancelled(signal));
        return;
      }
      const onAbort = (): void => {
        const index = this.#waiting.indexOf(waiting);
        if (index === -1 || signal === undefined) return;
        this.#waiting.splice(index, 1);
        reject(cancelled(signal));
      };
      const forget = (): void => signal?.removeEventListener('abort', onAbort);
      const waiting: Waiting<Item, Result> = {
        item,
        resolve: (result) => {
          forget();
          resolve(result);
        },
        reject: (error) => {
          forget();
          reject(error);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(waiting);
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) await this.#commitGroup();
    this.#isRunning = false;
  }

  async #commitGroup(): Promise<void> {
    const presentAtStart = new Set(this.#waiting);
    let taken: readonly Waiting<Item, Result>[] = [];
    const take = (): readonly Item[] => {
      taken = this.#waiting.splice(0, maxGroup);
      return taken.map(({ item }) => item);
    };
    try {
      const results = await this.#commit(take);
      // One result for each item that was taken: the contract of CommitGroup.
      taken.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (error) {
      // Whoever came while the others waited gets an attempt, and a waiting time, of its own.
      const failed = [...taken, ...this.#waiting.filter((waiting) => presentAtStart.has(waiting))];
      this.#waiting = this.#waiting.filter((waiting) => !presentAtStart.has(waiting));
      for (const { reject } of failed) reject(toBelljarError(error));
    }
  }
}
