import { type ByteSource, type PlacedEntry, readContent } from './archive/index.ts';
import { WheelRefusal } from './problem.ts';

const maxRecordBytes = 64 * 2 ** 20;
const maxMetadataBytes = 8 * 2 ** 20;
const maxTextBytes = 2 ** 20;

/** What tells of the wheel itself. */
export interface WheelTexts {
  readonly recordText: string;
  /** In base64; empty where there is none. */
  readonly metadata: string;
  readonly wheelFile: string;
  readonly entryPoints: string | undefined;
}

/** Throws WheelRefusal. */
export async function readTexts(
  source: ByteSource,
  entries: readonly PlacedEntry[],
  distInfo: string,
): Promise<WheelTexts> {
  const texts = new TextFiles(source, entries, distInfo);
  return {
    recordText: await texts.readText('RECORD', maxRecordBytes),
    metadata: (await texts.read('METADATA', maxMetadataBytes))?.toString('base64') ?? '',
    wheelFile: await texts.readText('WHEEL', maxTextBytes),
    entryPoints: texts.has('entry_points.txt') ? await texts.readText('entry_points.txt', maxTextBytes) : undefined,
  };
}

/** The name of the one folder that tells of the wheel. Throws WheelRefusal. */
export function findDistInfo(entries: readonly { readonly path: string }[]): string {
  const tops = new Set(entries.map(({ path }) => path.split('/', 1)[0] ?? ''));
  const found = [...tops].filter((name) => name.toLowerCase().endsWith('.dist-info'));
  const [name] = found;
  if (name !== undefined && found.length === 1) return name;
  const why =
    name === undefined ? 'it has no .dist-info folder' : `it has several: ${found.sort().slice(0, 5).join(', ')}`;
  throw new WheelRefusal('wheel.folder', `a wheel has one .dist-info folder; ${why}`);
}

/** The small files that tell of the wheel itself. */
class TextFiles {
  readonly #source: ByteSource;
  readonly #distInfo: string;
  readonly #entries: ReadonlyMap<string, PlacedEntry>;

  constructor(source: ByteSource, entries: readonly PlacedEntry[], distInfo: string) {
    this.#source = source;
    this.#distInfo = distInfo;
    this.#entries = new Map(entries.filter(({ isFolder }) => !isFolder).map((entry) => [entry.path, entry]));
  }

  has(name: string): boolean {
    return this.#entries.has(`${this.#distInfo}/${name}`);
  }

  async read(name: string, maxBytes: number): Promise<Buffer | undefined> {
    const entry = this.#entries.get(`${this.#distInfo}/${name}`);
    if (entry === undefined) return undefined;
    if (entry.unpackedBytes > maxBytes) throw new WheelRefusal('archive.size', `${name} is too large`, entry.path);
    const pieces: Buffer[] = [];
    await readContent(this.#source, entry, (piece) => pieces.push(piece));
    return Buffer.concat(pieces);
  }

  async readText(name: 'RECORD' | 'WHEEL' | 'entry_points.txt', maxBytes: number): Promise<string> {
    const rule = ({ RECORD: 'wheel.record', WHEEL: 'wheel.file', 'entry_points.txt': 'wheel.script' } as const)[name];
    const bytes = await this.read(name, maxBytes);
    if (bytes === undefined) throw new WheelRefusal(rule, `the wheel has no ${name}`);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw new WheelRefusal(rule, `${name} is not written in UTF-8`, `${this.#distInfo}/${name}`);
    }
  }
}
