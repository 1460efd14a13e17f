import { extname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { BelljarError } from '../../errors.ts';
import { performBatch, type TreeBatch } from './tree-batch.ts';

export interface BatchReply {
  readonly failure?: { readonly code: string | undefined; readonly message: string };
}

/** Does batches, of which several may be under way at once. */
export interface BatchDoer extends AsyncDisposable {
  /** @throws what the file system says. */
  do(batch: TreeBatch): Promise<void>;
}

/** Measured on ext4: the third wins nothing. */
const threadsCount = 2;

/** Fewer are linked before a thread has begun. */
const fewFiles = 1000;

/** Threads of one's own where there is much to do, else this one, between two turns of whoever else is served. */
export function openBatchDoer(filesCount: number): BatchDoer {
  if (filesCount >= fewFiles) return new TreeThreads();
  return {
    do: async (batch) => {
      performBatch(batch);
      await setImmediate();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Threads that end with what they were made for. */
class TreeThreads implements BatchDoer {
  readonly #threads = Array.from({ length: threadsCount }, () => new TreeThread());

  do(batch: TreeBatch): Promise<void> {
    const [idlest] = this.#threads.toSorted((one, other) => one.waiting - other.waiting);
    if (idlest === undefined) throw new BelljarError('INTERNAL', 'there is no thread');
    return idlest.do(batch);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }
}

interface Asked {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Answers in the order in which it was asked. */
class TreeThread {
  readonly #worker = new Worker(new URL(`./tree-worker${extname(import.meta.url)}`, import.meta.url));
  readonly #waiting: Asked[] = [];
  #broken: BelljarError | undefined;

  constructor() {
    this.#worker.on('message', (reply: BatchReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#break(error));
    this.#worker.on('exit', () => this.#break(undefined));
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  do(batch: TreeBatch): Promise<void> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(batch);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle({ failure }: BatchReply): void {
    const asked = this.#waiting.shift();
    if (failure === undefined) asked?.resolve();
    else asked?.reject(Object.assign(new Error(failure.message), { code: failure.code }));
  }

  #break(cause: unknown): void {
    this.#broken ??= new BelljarError('INTERNAL', 'a thread that makes environments broke', { cause });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#broken);
  }
}
