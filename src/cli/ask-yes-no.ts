import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { cancelled } from '../errors.ts';
import type { CommandIo, Invocation } from './command.ts';

/** Whether somebody sits there who can be asked. */
export function canAnswer({ stdin, stderr }: CommandIo): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** No is what everything but yes means, the end of the input too. */
export async function askYesNo({ io, signal }: Invocation, question: string): Promise<boolean> {
  io.stderr.write(`${question} [y/N] `);
  const lines = createInterface({ input: io.stdin });
  try {
    const ended = once(lines, 'close', { signal }).then(() => ['']);
    const [line] = (await Promise.race([once(lines, 'line', { signal }), ended])) as [string];
    return /^\s*y(es)?\s*$/i.test(line);
  } catch (error) {
    if (signal.aborted) throw cancelled(signal);
    throw error;
  } finally {
    lines.close();
  }
}
