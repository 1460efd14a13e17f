import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { AttemptFiles, AttemptNetwork } from './attempt.ts';

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
  /** The way out that the attempt is given, and the files that it may keep; none where left out. */
  network: AttemptNetwork | undefined;
  files: AttemptFiles | undefined;
  /** The environment that it has, on the host. */
  environment: string | undefined;
  readonly #stack = new AsyncDisposableStack();

  private constructor(folder: string) {
    this.folder = folder;
    this.defer(() => rm(folder, { recursive: true, force: true }));
  }

  static async set(): Promise<Stage> {
    const folder = await mkdtemp(join(await findOpenFolder(), 'belljar-proof-'));
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

/** One that every user of the machine can reach: else it is the way there that stops an attack, and not the glass. */
async function findOpenFolder(): Promise<string> {
  for (const folder of [tmpdir(), '/tmp', '/var/tmp']) if (await isOpen(folder)) return folder;
  return tmpdir();
}

async function isOpen(folder: string): Promise<boolean> {
  const { mode } = await stat(folder).catch(() => ({ mode: 0 }));
  if ((mode & 0o001) === 0) return false;
  return dirname(folder) === folder || isOpen(dirname(folder));
}
