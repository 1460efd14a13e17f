import { createReadStream } from 'node:fs';

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

export function sealedFile({ path, sizeBytes, hostPath }: SealedContent): TarFile {
  return { path, sizeBytes, content: read(hostPath) };
}

/** Opened when it is its turn. */
async function* read(hostPath: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(hostPath) as AsyncIterable<Uint8Array>;
}
