import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { addAbortSignal } from 'node:stream';

import { BelljarError, refuseWhenCancelled } from '../errors.ts';
import { formatBytes } from '../units.ts';
import type { Invocation } from './command.ts';

/**
 * The text of the file that is to be run, or of standard input for “-”.
 *
 * @throws INPUT_UNREADABLE, USAGE where it is too large, CANCELLED.
 */
export async function readSource(
  file: string,
  { io, signal }: Pick<Invocation, 'io' | 'signal'>,
  maxBytes: number,
): Promise<string> {
  const stream = file === '-' ? io.stdin : createReadStream(file);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of addAbortSignal(signal, stream) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) throw new BelljarError('USAGE', `${file} is larger than ${formatBytes(maxBytes)}`);
    }
  } catch (cause) {
    refuseWhenCancelled(signal);
    if (cause instanceof BelljarError) throw cause;
    throw new BelljarError('INPUT_UNREADABLE', `cannot read ${file}: ${(cause as NodeJS.ErrnoException).code}`, {
      cause,
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new BelljarError('INPUT_UNREADABLE', `${file} is not UTF-8`, { hint: 'Save it as UTF-8.', cause });
  }
}

/** The name that tracebacks show. */
export function insideName(file: string): string {
  const name = file === '-' ? 'stdin.py' : basename(file);
  return /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_. ()+,=-]{0,99}$/u.test(name) ? name : 'main.py';
}
