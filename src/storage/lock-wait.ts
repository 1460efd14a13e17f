import { setTimeout as delay } from 'node:timers/promises';

import { BelljarError, refuseWhenCancelled } from '../errors.ts';

export interface LockWait {
  /** On the clock of `performance.now()`. Who comes later, from a queue, still has one attempt. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

const shortestPauseMs = 1;
const longestPauseMs = 12;

/**
 * Tries until it is not locked any more. The pauses are random, so that processes that wait for each other do not
 * keep step.
 *
 * @throws STORAGE_LOCKED when the time is up, CANCELLED when the signal says so.
 */
export async function retryWhileLocked<T>(attempt: () => Promise<T>, { deadline, signal }: LockWait): Promise<T> {
  for (;;) {
    refuseWhenCancelled(signal);
    try {
      return await attempt();
    } catch (error) {
      if (!isLocked(error) || performance.now() >= deadline) throw error;
    }
    await pause(signal);
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof BelljarError && error.code === 'STORAGE_LOCKED';
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  const pauseMs = shortestPauseMs + Math.random() * (longestPauseMs - shortestPauseMs);
  // The loop looks at the signal next.
  await delay(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
