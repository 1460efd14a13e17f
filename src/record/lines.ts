import { createReadStream } from 'node:fs';

import { BelljarError } from '../errors.ts';

/** A file's lines without their ends; the last one need not have one. Memory stays flat whatever is in the file. */
export async function* readLines(
  path: string,
  { maxBytes, signal }: { maxBytes: number; signal?: AbortSignal | undefined },
): AsyncIterableIterator<string> {
  const stream = createReadStream(path, { encoding: 'utf8', ...(signal === undefined ? {} : { signal }) });
  let rest = '';
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
      if (rest.length > maxBytes)
        throw new BelljarError('RECORD_INVALID', `${path} has a line longer than ${maxBytes} bytes`);
    }
  } catch (cause) {
    throw explain(cause, path);
  }
  if (rest !== '') yield rest;
}

function explain(cause: unknown, path: string): unknown {
  const { code, syscall, message } = cause as NodeJS.ErrnoException;
  if (syscall === undefined || code === undefined) return cause;
  return new BelljarError('INPUT_UNREADABLE', `cannot read ${path}: ${message}`, { cause });
}
