import { BelljarError } from '../../errors.ts';
import { blockBytes, fitsHeader, maxEntryBytes, writeHeader } from './tar-header.ts';

export interface TarFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * A tar archive of regular files, the same bytes for the same files.
 *
 * @throws FILE_REFUSED where a content is not as long as was said, or longer than tar can say.
 */
export async function* writeTar(files: AsyncIterable<TarFile>): AsyncGenerator<Uint8Array> {
  for await (const file of files) yield* writeFile(file);
  yield Buffer.alloc(2 * blockBytes);
}

async function* writeFile({ path, sizeBytes, content }: TarFile): AsyncGenerator<Uint8Array> {
  if (sizeBytes > maxEntryBytes) throw refuse(path, `${path} is larger than an archive can hold`);
  yield* nameIt(path);
  yield writeHeader({ path: fitsHeader(path) ? path : shortened, kind: 'file', sizeBytes });
  let written = 0;
  for await (const piece of content) {
    written += piece.length;
    if (written > sizeBytes) break;
    yield piece;
  }
  if (written !== sizeBytes) throw refuse(path, `${path} changed its length while it was read`);
  yield padding(sizeBytes);
}

/** What stands where the name is too long for a header; the words before it hold the whole. */
const shortened = 'long-name';

/** A name that no header can hold goes before it, as POSIX has it. */
function nameIt(path: string): Uint8Array[] {
  if (fitsHeader(path)) return [];
  const words = Buffer.from(wordsFor(path));
  return [writeHeader({ path: shortened, kind: 'words', sizeBytes: words.length }), words, padding(words.length)];
}

/** A record begins with its own length, which counts itself. */
function wordsFor(path: string): string {
  const rest = ` path=${path}\n`;
  const bytes = Buffer.byteLength(rest);
  const digits = String(bytes + String(bytes).length).length;
  return `${bytes + digits}${rest}`;
}

function padding(sizeBytes: number): Uint8Array {
  return Buffer.alloc((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
}

function refuse(path: string, message: string): BelljarError {
  return new BelljarError('FILE_REFUSED', message, { details: { path, why: 'changed' } });
}
