import { type FileHandle, open } from 'node:fs/promises';

import { BelljarError } from '../../errors.ts';
import { type Exchange, sendNotModified, sendText } from './answer.ts';
import { type ByteRange, matchesEtag, readRange } from './range.ts';
import { sendBytes } from './send-bytes.ts';

export interface FileAnswer {
  readonly path: string;
  readonly etag: string;
  readonly sizeBytes: number;
}

/** Sends a file or the part of it that was asked for. What was opened is sent whole, even if it is removed meanwhile. */
export async function sendFile(exchange: Exchange, { path, etag, sizeBytes }: FileAnswer): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    if (size !== sizeBytes) throw new BelljarError('INTERNAL', `${path} has ${size} bytes, not ${sizeBytes}`);
    const headers = { etag, 'cache-control': 'private, no-cache', 'accept-ranges': 'bytes' };
    const asked = exchange.request.headers;
    if (matchesEtag(asked['if-none-match'], etag)) {
      sendNotModified(exchange, headers);
      return;
    }
    const range = readRange({ range: asked.range, ifRange: asked['if-range']?.toString(), etag, sizeBytes });
    if (range === 'unsatisfiable') {
      const text = `The file has ${sizeBytes} bytes.`;
      sendText(exchange, { status: 416, text, headers: { 'content-range': `bytes */${sizeBytes}` } });
      return;
    }
    writeHead(exchange, { headers, range, sizeBytes });
    await sendBody(exchange, handle, range ?? { first: 0, last: sizeBytes - 1 });
  } finally {
    await handle.close();
  }
}

interface Head {
  readonly headers: Readonly<Record<string, string>>;
  readonly range: ByteRange | undefined;
  readonly sizeBytes: number;
}

function writeHead({ response }: Exchange, { headers, range, sizeBytes }: Head): void {
  const type = { 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff' };
  if (range === undefined) {
    response.writeHead(200, { ...headers, ...type, 'content-length': sizeBytes });
    return;
  }
  const { first, last } = range;
  const contentRange = `bytes ${first}-${last}/${sizeBytes}`;
  response.writeHead(206, { ...headers, ...type, 'content-length': last - first + 1, 'content-range': contentRange });
}

async function sendBody({ request, response }: Exchange, handle: FileHandle, part: ByteRange): Promise<void> {
  if (request.method === 'HEAD' || part.last < part.first) {
    response.end();
    return;
  }
  // Who left needs no answer; where the disk failed, a body that ends early is the only one that is left.
  await sendBytes(response, handle, part).catch(() => response.destroy());
}
