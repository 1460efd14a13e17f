import { cancelled } from '../../errors.ts';
import type { Sandbox } from '../../sandbox/index.ts';

/**
 * Has something done by a program behind glass, which is ended where the caller gives up. Whatever comes of it, nothing of
 * the sandbox is left when this is over.
 *
 * @throws CANCELLED for the caller's own signal, and what the work throws.
 */
export async function withSandbox<T>(
  sandbox: Sandbox,
  signal: AbortSignal | undefined,
  work: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  const giveUp = (): void => sandbox.kill('cancelled');
  signal?.addEventListener('abort', giveUp);
  if (signal?.aborted === true) giveUp();
  try {
    return await work(sandbox);
  } catch (error) {
    throw signal?.aborted === true ? cancelled(signal) : error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
    sandbox.kill('over');
    await sandbox.exited;
  }
}
