import { BelljarError } from '../../errors.ts';
import { ByteReader } from './byte-reader.ts';
import { blockBytes, readHeader, type TarHeader } from './tar-header.ts';

export interface TarEntry {
  readonly path: string;
  readonly sizeBytes: number;
  /** To be read before the next entry is taken; what is not is passed over. */
  readonly content: AsyncIterable<Uint8Array>;
}

export interface TarBounds {
  readonly maxEntries: number;
  /** Of all contents together, by what the headers promise. */
  readonly maxBytes: number;
}

const maxWordsBytes = 16 * 1024;

/**
 * The regular files of a tar archive, one by one as they come; nothing else is taken from it.
 *
 * @throws BUNDLE_INVALID for links, folders, devices, and whatever is cut, damaged or beyond the bounds.
 */
export async function* readTar(bytes: AsyncIterable<Uint8Array>, bounds: TarBounds): AsyncGenerator<TarEntry> {
  const reader = new ByteReader(bytes);
  let [entries, total] = [0, 0];
  try {
    for (
      let header = await nextFile(reader, { isFirst: true });
      header !== undefined;
      header = await nextFile(reader)
    ) {
      entries += 1;
      total += header.sizeBytes;
      if (entries > bounds.maxEntries) throw invalid(`it has more than ${bounds.maxEntries} entries`);
      if (total > bounds.maxBytes) throw invalid(`it unpacks to more than ${bounds.maxBytes} bytes`);
      const content = new Content(reader, header.sizeBytes);
      yield { path: header.path, sizeBytes: header.sizeBytes, content };
      await content.finish();
    }
  } finally {
    await reader.close();
  }
}

/** The bytes of one entry, and what fills up its last block. */
class Content implements AsyncIterable<Uint8Array> {
  readonly #reader: ByteReader;
  readonly #sizeBytes: number;
  #left: number;

  constructor(reader: ByteReader, sizeBytes: number) {
    this.#reader = reader;
    this.#sizeBytes = sizeBytes;
    this.#left = sizeBytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const piece of this.#reader.pass(this.#left)) {
      this.#left -= piece.length;
      yield piece;
    }
    if (this.#left > 0) throw cut();
  }

  async finish(): Promise<void> {
    for await (const _passed of this);
    await skipPadding(this.#reader, this.#sizeBytes);
  }
}

/** Undefined where the archive ends, as it has to. */
async function nextFile(reader: ByteReader, at: Partial<Position> = {}): Promise<TarHeader | undefined> {
  const header = await nextHeader(reader, at);
  if (header?.kind !== 'words') return header;
  const path = await readWords(reader, header);
  const named = await nextHeader(reader);
  if (named?.kind !== 'file') throw invalid('a long name belongs to no file');
  return { ...named, path };
}

interface Position {
  readonly isFirst: boolean;
}

async function nextHeader(
  reader: ByteReader,
  { isFirst = false }: Partial<Position> = {},
): Promise<TarHeader | undefined> {
  const block = await reader.take(blockBytes);
  // The header of any archive is filled up with zeros; a text has none.
  if (isFirst && block.length > 0 && !block.includes(0)) throw invalid('it is no tar archive');
  if (block.length < blockBytes) throw cut();
  if (block.every((byte) => byte === 0)) return undefined;
  const reading = readHeader(block);
  if (!reading.ok) throw invalid(reading.why);
  return reading.header;
}

/** A path, and nothing else: whatever more could be said there changes what the file is. */
async function readWords(reader: ByteReader, { sizeBytes }: TarHeader): Promise<string> {
  if (sizeBytes > maxWordsBytes) throw invalid('a name is too long');
  const bytes = await reader.take(sizeBytes);
  if (bytes.length < sizeBytes) throw cut();
  await skipPadding(reader, sizeBytes);
  const [, length, path] = /^([0-9]{1,5}) path=([^\0\n]+)\n$/.exec(bytes.toString('utf8')) ?? [];
  if (path === undefined || Number(length) !== sizeBytes) throw invalid('a long name cannot be read');
  return path;
}

async function skipPadding(reader: ByteReader, sizeBytes: number): Promise<void> {
  const count = (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
  if ((await reader.take(count)).length < count) throw cut();
}

function cut(): BelljarError {
  return invalid('it is cut: it ends in the middle');
}

function invalid(why: string): BelljarError {
  return new BelljarError('BUNDLE_INVALID', `the archive is not taken: ${why}`);
}
