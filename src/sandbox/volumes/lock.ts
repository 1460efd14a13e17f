import { once } from 'node:events';

import { cancelled, refuseWhenCancelled } from '../../errors.ts';
import { startProgram } from './programs.ts';
import { unusable } from './unusable.ts';

const patienceSeconds = 60;

/** How `flock` ends where it waited in vain; whatever else it ends with, it failed. */
const outOfPatience = 75;

/**
 * Does something while no other process does it under the same name. The kernel holds the lock for a child that ends
 * with its standard input: killed, we let go of it.
 *
 * @throws WORKSPACE_UNUSABLE where another one does not let go of it, or it cannot be had at all; CANCELLED while waiting.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  refuseWhenCancelled(signal);
  const patience = ['-w', String(patienceSeconds), '-E', String(outOfPatience)];
  // Without a fork there is one process, which is either waiting or has the lock.
  const holder = startProgram('flock', ['--no-fork', ...patience, file, '/bin/sh', '-c', 'echo; read -r _']);
  signal?.addEventListener('abort', holder.kill);
  try {
    // Only its word says that it has the lock: it may have died before.
    const hasLock = await Promise.race([once(holder.stdout, 'data').then(() => true), holder.end.then(() => false)]);
    if (signal?.aborted === true) throw cancelled(signal);
    if (!hasLock) throw refusal(file, await holder.end);
    signal?.removeEventListener('abort', holder.kill);
    return await work();
  } finally {
    signal?.removeEventListener('abort', holder.kill);
    holder.stdin.end();
    await holder.end;
  }
}

function refusal(file: string, { code, said }: { code: number | undefined; said: string }): Error {
  if (code === outOfPatience) return unusable('locked', `another process kept ${file} locked`);
  return unusable('not-lockable', `cannot lock ${file}: ${said || 'whoever was to hold the lock was killed'}`);
}
