import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** A body that is sent as it is, as often as it is asked for. */
export interface ReadyBody {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string | number>>;
}

/** `grounds` is what the body depends on besides itself: no two bodies of different grounds have one ETag. */
export function makeBody(text: string, { type, grounds }: { type: string; grounds: string }): ReadyBody {
  const bytes = Buffer.from(text);
  const etag = `"${hash('sha256', `${hash('sha256', grounds)}${hash('sha256', bytes)}`).slice(0, 40)}"`;
  return { bytes, etag, headers: { 'content-type': type, 'content-length': bytes.length, etag } };
}

/** Below this, compressing saves nothing. */
const leastToCompress = 1000;

/** The same compressed, under an ETag of its own. */
export async function compressBody(plain: ReadyBody): Promise<ReadyBody> {
  if (plain.bytes.length < leastToCompress) return plain;
  const bytes = await compress(plain.bytes);
  const etag = `${plain.etag.slice(0, -1)}-gzip"`;
  const headers = { ...plain.headers, 'content-encoding': 'gzip', 'content-length': bytes.length, etag };
  return { bytes, etag, headers };
}
