import { availableParallelism } from 'node:os';

import { Turns } from '../turns.ts';
import { PageThread } from './page-thread.ts';
import { type PageToRead, readPage } from './read-page.ts';

export interface PageReaderOptions {
  /** What is no longer is read at once: it takes a few milliseconds at most. */
  readonly maxInlineBytes?: number | undefined;
  readonly threads?: number | undefined;
  /** After which time without a page the threads are ended. */
  readonly idleMs?: number | undefined;
}

/** Reads pages into the form in which they are kept, the long ones in threads of their own. */
export class PageReader {
  readonly #maxInlineBytes: number;
  readonly #idleMs: number;
  readonly #turns: Turns;
  readonly #idle: PageThread[] = [];
  #clock: NodeJS.Timeout | undefined;

  constructor({ maxInlineBytes = 128 * 1024, threads = defaultThreads(), idleMs = 10_000 }: PageReaderOptions = {}) {
    this.#maxInlineBytes = maxInlineBytes;
    this.#idleMs = idleMs;
    this.#turns = new Turns(threads);
  }

  /** @throws PageProblem, CANCELLED */
  async read(page: PageToRead, signal: AbortSignal): Promise<Buffer> {
    if (page.body.length <= this.#maxInlineBytes) return readPage(page);
    using _turn = await this.#turns.take(signal);
    const thread = this.#idle.pop() ?? new PageThread();
    try {
      return await thread.read(page, signal);
    } finally {
      this.#giveBack(thread);
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#clock);
    await Promise.all(this.#idle.splice(0).map((thread) => thread.close()));
  }

  #giveBack(thread: PageThread): void {
    if (thread.isOver) return;
    this.#idle.push(thread);
    clearTimeout(this.#clock);
    this.#clock = setTimeout(() => void this.close(), this.#idleMs).unref();
  }
}

function defaultThreads(): number {
  return availableParallelism() > 2 ? 2 : 1;
}
