import { type FSWatcher, unwatchFile, watch, watchFile } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';

/** How long to wait for an editor to finish with a file. */
const settleMs = 50;
const pollMs = 2000;

/** Notices changes of one file from the moment it starts; what nobody listened to yet is told to who listens then. */
export class FileWatch implements Disposable {
  readonly #path: string;
  readonly #watchers: FSWatcher[] = [];
  readonly #onChange = (): void => this.#noticeSoon();
  #listener: (() => void) | undefined;
  #hasChanged = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(path: string) {
    this.#path = path;
  }

  /** The file need not be there. Nothing of it keeps the process alive. */
  static async start(path: string): Promise<FileWatch> {
    // Editors put a new file in the place of the old one, so it is the folder that has to be watched.
    const target = await realpath(path).catch(() => path);
    const started = new FileWatch(path);
    for (const folder of new Set([dirname(path), dirname(target)])) started.#watch(folder);
    return started;
  }

  /** Calls the listener after each change, once it has settled. */
  listen(listener: () => void): void {
    this.#listener = listener;
    if (this.#hasChanged) listener();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    unwatchFile(this.#path, this.#onChange);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, this.#onChange);
      watcher.on('error', () => this.#poll());
      this.#watchers.push(watcher);
    } catch {
      // The folder is missing, or the kernel has no watches left: look now and then instead.
      this.#poll();
    }
  }

  #poll(): void {
    if (!this.#isClosed) watchFile(this.#path, { persistent: false, interval: pollMs }, this.#onChange);
  }

  #noticeSoon(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#notice(), settleMs);
    this.#timer.unref();
  }

  #notice(): void {
    this.#hasChanged = true;
    this.#listener?.();
  }
}
