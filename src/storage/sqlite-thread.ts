import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

import { BelljarError } from '../errors.ts';
import { toStorageError } from './sqlite-errors.ts';
import { type SqliteMessage, type SqliteReply, type SqliteRequest } from './sqlite-protocol.ts';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: BelljarError) => void;
}

interface SqliteThreadOptions {
  readonly path: string;
  readonly writes: boolean;
  readonly busyTimeoutMs: number;
  readonly maxPages?: number;
}

/** A thread with connections to one database file. It starts at the first call, and again after it died. */
export class SqliteThread {
  readonly #options: SqliteThreadOptions;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #opening: Promise<unknown> | undefined;
  #lastId = 0;

  constructor(options: SqliteThreadOptions) {
    this.#options = options;
  }

  get hasStarted(): boolean {
    return this.#worker !== undefined;
  }

  /** The type of the answer is the request's; the protocol file says which. */
  async call<T>(request: SqliteRequest): Promise<T> {
    this.#opening ??= this.#post(this.#start(), { op: 'open', ...this.#options });
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
    return (await this.#post(this.#start(), request)) as T;
  }

  /** Waits for what was asked before, then closes the connections and ends the thread. */
  async close(): Promise<void> {
    if (this.#worker !== undefined) await this.#post(this.#worker, { op: 'close' });
  }

  #start(): Worker {
    return (this.#worker ??= this.#spawn());
  }

  #spawn(): Worker {
    const worker = new Worker(new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url));
    worker.on('message', (reply: SqliteReply) => this.#settle(worker, reply));
    worker.on('error', (error) => this.#bury(worker, error as Error));
    worker.on('exit', () => this.#bury(worker, undefined));
    worker.unref();
    return worker;
  }

  #post(worker: Worker, request: SqliteRequest): Promise<unknown> {
    const message: SqliteMessage = { id: ++this.#lastId, ...request };
    return new Promise((resolve, reject) => {
      // The process stays for an answer, and for nothing else here.
      if (this.#pending.size === 0) worker.ref();
      this.#pending.set(message.id, { resolve, reject });
      worker.postMessage(message);
    });
  }

  #settle(worker: Worker, reply: SqliteReply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (this.#pending.size === 0) worker.unref();
    if (reply.failure === undefined) pending?.resolve(reply.value);
    else pending?.reject(toStorageError(reply.failure, this.#options.path));
  }

  #bury(worker: Worker, cause: Error | undefined): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#opening = undefined;
    const unanswered = [...this.#pending.values()];
    this.#pending.clear();
    const why = cause === undefined ? 'ended' : `failed: ${cause.message}`;
    for (const { reject } of unanswered) {
      reject(
        new BelljarError('STORAGE_FAILED', `the database’s thread ${why}; what it was asked is not known to be done`, {
          cause,
        }),
      );
    }
  }
}
