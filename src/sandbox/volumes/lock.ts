import { once } from 'node:events';

import { BelljarError } from '../../errors.ts';
import { endOf, startProgram } from './programs.ts';

const patienceSeconds = 60;

/**
 * Does something while no other process does it under the same name. The kernel holds the lock for a child that ends
 * with its standard input: killed, we let go of it.
 *
 * @throws WORKSPACE_UNUSABLE where another one does not let go of it.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const script = 'echo; read -r _';
  const holder = startProgram('flock', ['-w', String(patienceSeconds), file, '/bin/sh', '-c', script]);
  const end = endOf(holder);
  await Promise.race([once(holder.stdout, 'data'), end]);
  if (holder.exitCode !== null || holder.pid === undefined) {
    const { said } = await end;
    throw new BelljarError('WORKSPACE_UNUSABLE', `another process kept ${file} locked${said && `: ${said}`}`, {
      details: { reason: 'locked' },
    });
  }
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await end;
  }
}
