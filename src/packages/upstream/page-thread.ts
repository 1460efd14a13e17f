import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

import { BelljarError, cancelled } from '../../errors.ts';
import { PageProblem } from './page-content.ts';
import type { PageToRead } from './read-page.ts';

export type PageQuestion = Omit<PageToRead, 'body'> & { readonly body: ArrayBuffer };
export type PageAnswer = { readonly bytes: ArrayBuffer } | { readonly problem: string };

/** A thread that reads one page at a time. */
export class PageThread {
  readonly #worker = new Worker(new URL(`./page-worker${extname(import.meta.url)}`, import.meta.url));
  #isOver = false;

  constructor() {
    this.#worker.unref();
    this.#worker.once('exit', () => (this.#isOver = true));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * As readPage() does. Whoever gives up ends the thread with it.
   *
   * @throws PageProblem, CANCELLED, INTERNAL where the thread broke.
   */
  async read({ body, ...words }: PageToRead, signal: AbortSignal): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<PageAnswer>();
    const stop = (): void => reject(cancelled(signal));
    const fail = (cause: unknown): void => {
      reject(new BelljarError('INTERNAL', 'the thread that reads pages broke', { cause }));
    };
    const worker = this.#worker;
    worker.on('message', resolve).on('error', fail).on('exit', fail);
    signal.addEventListener('abort', stop);
    worker.ref();
    try {
      if (signal.aborted) stop();
      const copy = new Uint8Array(body).buffer;
      worker.postMessage({ ...words, body: copy } satisfies PageQuestion, [copy]);
      const answer = await promise;
      if ('problem' in answer) throw new PageProblem(answer.problem);
      return Buffer.from(answer.bytes);
    } catch (error) {
      if (!(error instanceof PageProblem)) void this.close();
      throw error;
    } finally {
      worker.unref();
      signal.removeEventListener('abort', stop);
      worker.off('message', resolve).off('error', fail).off('exit', fail);
    }
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#worker.terminate();
  }
}
