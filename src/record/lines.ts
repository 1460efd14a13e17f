import { createReadStream, type ReadStream } from 'node:fs';

import { BelljarError } from '../errors.ts';

/** A file's lines without their ends; the last one need not have one. Memory stays flat whatever is in the file. */
export async function* readLines(
  path: string,
  { maxBytes, signal }: { maxBytes: number; signal?: AbortSignal | undefined },
): AsyncGenerator<string, void, undefined> {
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
  } finally {
    await close(stream);
  }
  if (rest !== '') yield rest;
}

/** Whoever deletes the file next must not find it open. */
async function close(stream: ReadStream): Promise<void> {
  stream.destroy();
  if (!stream.closed) await new Promise((resolve) => stream.once('close', resolve));
}

function explain(cause: unknown, path: string): unknown {
  const { code, syscall, message } = cause as NodeJS.ErrnoException;
  if (syscall === undefined || code === undefined) return cause;
  return new BelljarError('INPUT_UNREADABLE', `cannot read ${path}: ${message}`, { cause });
}
