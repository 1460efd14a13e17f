import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import type { KeptFile } from '../keep-within.ts';
import type { Artifact } from './upstream.ts';

/** So often the time of last use is written down. */
const touchMs = 60_000;

/** Files by their sha256. What lies here has been checked; the time of a file says when it was used last. */
export class ArtifactStore {
  readonly #folder: string;
  readonly #held = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  pathOf(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256);
  }

  async prepare(sha256: string): Promise<void> {
    await mkdir(join(this.#folder, sha256.slice(0, 2)), { recursive: true, mode: 0o700 });
  }

  /** What is kept; a file of another size than is known is looked at again and dropped where it is damaged. */
  async find(sha256: string, sizeBytes?: number): Promise<Artifact | undefined> {
    const path = this.pathOf(sha256);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return undefined;
    const isSound = sizeBytes === undefined || found.size === sizeBytes || (await hashFile(path)) === sha256;
    if (!isSound) {
      await rm(path, { force: true });
      return undefined;
    }
    if (Date.now() - found.mtimeMs > touchMs) await touch(path);
    return { path, sizeBytes: found.size, sha256 };
  }

  /** Keeps one from being evicted by this process, until it is let go. */
  hold(sha256: string): Disposable {
    this.#held.set(sha256, (this.#held.get(sha256) ?? 0) + 1);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        const left = (this.#held.get(sha256) ?? 1) - 1;
        if (left === 0) this.#held.delete(sha256);
        else this.#held.set(sha256, left);
      },
    };
  }

  /** All that is kept. */
  async list(): Promise<KeptFile[]> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name));
    const found = await Promise.all(
      files.map(async ({ name }): Promise<KeptFile[]> => {
        const path = this.pathOf(name);
        const stats = await stat(path).catch(() => undefined); // another process was quicker
        if (stats === undefined) return [];
        const remove = (): Promise<void> => rm(path, { force: true });
        const { size: sizeBytes, mtimeMs: usedAtMs } = stats;
        return [{ kind: 'artifact', sha256: name, sizeBytes, usedAtMs, isHeld: this.#held.has(name), remove }];
      }),
    );
    return found.flat();
  }
}

async function touch(path: string): Promise<void> {
  // Evicted meanwhile by another process: whoever opens it finds out.
  await utimes(path, new Date(), new Date()).catch(() => undefined);
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
