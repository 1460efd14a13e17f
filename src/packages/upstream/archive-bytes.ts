import { open } from 'node:fs/promises';

import type { IndexClient } from './index-client.ts';
import { readBody } from './read-body.ts';
import { unavailable } from './unavailable.ts';

/** Parts of an archive, wherever it lies. */
export interface ArchiveBytes {
  readonly sizeBytes: number;
  /** May give fewer bytes than asked for where the archive ends. */
  read(start: number, end: number): Promise<Buffer>;
}

/** Does something with a file on the disk. */
export async function withFile<T>(path: string, use: (bytes: ArchiveBytes) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const read = async (start: number, end: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
      return buffer.subarray(0, bytesRead);
    };
    return await use({ sizeBytes: size, read });
  } finally {
    await file.close();
  }
}

interface RemoteOptions {
  readonly client: IndexClient;
  readonly url: URL;
  readonly sizeBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** Upstream does not answer ranges as it would have to. */
export class NoRanges extends Error {}

/** A file upstream, by ranges. Its reads throw NoRanges where they get another answer. */
export function openRemote({ client, url, sizeBytes, signal }: RemoteOptions): ArchiveBytes {
  const read = async (start: number, end: number): Promise<Buffer> => {
    const headers = { 'accept-encoding': 'identity', range: `bytes=${start}-${end - 1}` };
    const answer = await client.ask({ url, headers, signal });
    const expected = `bytes ${start}-${Math.min(end, sizeBytes) - 1}/${sizeBytes}`;
    if (answer.status === 206 && answer.headers['content-range'] === expected) {
      return readBody(answer, { maxBytes: end - start, signal });
    }
    answer.stream.destroy(); // it may be the whole file
    if (answer.status === 200 || answer.status === 206 || answer.status === 416) throw new NoRanges();
    throw unavailable({ index: client.name, url, why: 'status', message: `it answers with status ${answer.status}` });
  };
  return { sizeBytes, read };
}
