import { createReadStream } from 'node:fs';

import { BelljarError, refuseWhenCancelled } from '../errors.ts';
import type { TarFile } from './tar/index.ts';

/** A file of a bundle that is at hand as text; its bytes are the same for the same text. */
export function textFile(path: string, text: string): TarFile {
  const content = Buffer.from(text);
  return { path, sizeBytes: content.length, content: [content] };
}

/** The same for what becomes JSON. */
export function jsonFile(path: string, document: unknown): TarFile {
  return textFile(path, `${JSON.stringify(document, undefined, 2)}\n`);
}

export interface SealedContent {
  readonly path: string;
  readonly sizeBytes: number;
  /** A file that is sealed: nobody writes to it any more. */
  readonly hostPath: string;
}

/** @throws when it is read: FILE_REFUSED where it is gone or cannot be read, CANCELLED */
export function sealedFile({ path, sizeBytes, hostPath }: SealedContent, signal?: AbortSignal): TarFile {
  return { path, sizeBytes, content: read({ path, hostPath }, signal) };
}

/** Opened when it is its turn. */
async function* read(
  { path, hostPath }: Pick<SealedContent, 'path' | 'hostPath'>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of createReadStream(hostPath) as AsyncIterable<Uint8Array>) {
      refuseWhenCancelled(signal);
      yield piece;
    }
  } catch (cause) {
    if (cause instanceof BelljarError) throw cause;
    const hint = 'It may have made room meanwhile: export again.';
    throw new BelljarError('FILE_REFUSED', `${path} cannot be read any more`, { cause, hint, details: { path } });
  }
}
