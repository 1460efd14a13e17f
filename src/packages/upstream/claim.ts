import { open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

import { unkept } from './unkept.ts';

export interface ClaimOptions {
  /** The file that stands for the claim. */
  readonly path: string;
  /** Whether another process has done it meanwhile. */
  readonly isDone: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

const beatMs = 2000;
const deadAfterMs = 15_000;
const lookAgainMs = 100;

/**
 * Claims a piece of work among processes; undefined when another has done it. It saves work and guards nothing: where two
 * take a dead one’s claim at once, both do it, and the same comes of it.
 */
export async function claim({ path, isDone, signal }: ClaimOptions): Promise<AsyncDisposable | undefined> {
  while (!(await take(path))) {
    if (await isDone()) return undefined;
    if (await isAbandoned(path)) await rm(path, { force: true });
    else await wait(lookAgainMs, undefined, { signal });
  }
  if (await isDone()) {
    await rm(path, { force: true });
    return undefined;
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), beatMs);
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(beat);
      await rm(path, { force: true });
    },
  };
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(String(process.pid)).finally(() => file.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unkept(error);
  }
}

/** Its process is gone, or has not been heard of for long. */
async function isAbandoned(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return false; // let go just now: it can be taken
  if (Date.now() - found.mtimeMs > deadAfterMs) return true;
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  return Number.isSafeInteger(pid) && pid > 0 && !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
