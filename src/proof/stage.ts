import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The host's side of one attempt: what is laid out for it to find, and what is taken away again. */
export class Stage implements AsyncDisposable {
  /** A folder of the host that everyone may read. */
  readonly folder: string;
  /** Told to the attack: what bears it was made by this attempt. */
  readonly nonce = `belljar-proof-${randomBytes(8).toString('hex')}`;
  /** Never told to the attack: who knows it has read what is the host's. */
  secret = `secret-${randomBytes(16).toString('hex')}`;
  /** The process that the attack is after. */
  victim: number | undefined;
  /** What reached the host's listeners. */
  readonly arrivals: string[] = [];
  readonly #stack = new AsyncDisposableStack();

  private constructor(folder: string) {
    this.folder = folder;
    this.defer(() => rm(folder, { recursive: true, force: true }));
  }

  static async set(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'belljar-proof-'));
    await chmod(folder, 0o755);
    return new Stage(folder);
  }

  /** Undone in reverse when the attempt is over. */
  defer(undo: () => unknown): void {
    this.#stack.defer(async () => {
      await undo();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
