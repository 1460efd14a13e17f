import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

import { type Answer, explain } from './exchange.ts';
import { unavailable } from './unavailable.ts';

export interface BodyBounds {
  /** Of what came and of what it unpacks into. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** The codings that are asked for. */
export const acceptedCodings = 'gzip, br';

const unpackers = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

/** The whole body of an answer, unpacked. @throws INDEX_UNAVAILABLE, CANCELLED */
export async function readBody(answer: Answer, { maxBytes, signal }: BodyBounds): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of readChunks(answer, signal)) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(answer, maxBytes);
    chunks.push(chunk);
  }
  return unpack(answer, Buffer.concat(chunks), maxBytes);
}

/** The body as it comes; the connection is closed when the reader stops before its end. */
export async function* readChunks(answer: Answer, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const { index, url, stream } = answer;
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw explain({ index, url, signal }, error);
  } finally {
    stream.destroy();
  }
}

/** Reads what is of no interest, so that the connection can be used again; not much of it. */
export async function passOver(answer: Answer): Promise<void> {
  // It was of no interest, and so is why it ended.
  await readBody(answer, { maxBytes: 65_536 }).catch(() => undefined);
}

async function unpack(answer: Answer, body: Buffer, maxBytes: number): Promise<Buffer> {
  const coding = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (coding === 'identity' || coding === '') return body;
  if (!isKnown(coding)) throw broken(answer, `it is packed as ${coding}, which was not asked for`);
  try {
    return await unpackers[coding](body, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(answer, maxBytes);
    throw broken(answer, `it cannot be unpacked (${(error as Error).message})`);
  }
}

function isKnown(coding: string): coding is keyof typeof unpackers {
  return Object.hasOwn(unpackers, coding);
}

function tooLarge({ index, url }: Answer, maxBytes: number): Error {
  return unavailable({ index, url, why: 'too-large', message: `more than ${maxBytes} bytes came` });
}

function broken({ index, url }: Answer, message: string): Error {
  return unavailable({ index, url, why: 'content', message });
}
