/** All of a tar archive is in blocks of this size. */
export const blockBytes = 512;
/** What the eleven octal digits of a header can say. */
export const maxEntryBytes = 8 ** 11 - 1;

/** `x` holds further words on the entry after it. */
export type TarKind = 'file' | 'words';

export interface TarHeader {
  readonly path: string;
  readonly kind: TarKind;
  readonly sizeBytes: number;
}

export type HeaderReading =
  { readonly ok: true; readonly header: TarHeader } | { readonly ok: false; readonly why: string };

const [nameAt, modeAt, uidAt, gidAt, sizeAt, timeAt, sumAt, kindAt, magicAt, prefixAt] = [
  0, 100, 108, 116, 124, 136, 148, 156, 257, 345,
];
const nameBytes = 100;
const flags: Readonly<Record<TarKind, string>> = { file: '0', words: 'x' };
const others: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '5': 'a folder',
  '6': 'a pipe',
};

/** Whether a path can stand in a header as it is. */
export function fitsHeader(path: string): boolean {
  return path.length <= nameBytes && /^[\x20-\x7e]*$/.test(path);
}

/** Of nobody, at no time: the same entry has the same header always. */
export function writeHeader({ path, kind, sizeBytes }: TarHeader): Buffer {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, digits: number): void => {
    block.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
  };
  block.write(path, nameAt, nameBytes, 'latin1');
  octal(0o644, modeAt, 7);
  octal(0, uidAt, 7);
  octal(0, gidAt, 7);
  octal(sizeBytes, sizeAt, 11);
  octal(0, timeAt, 11);
  block.write(flags[kind], kindAt, 'latin1');
  block.write('ustar\x0000', magicAt, 'latin1');
  octal(sumOf(block), sumAt, 6);
  block.write('\0 ', sumAt + 6, 'latin1');
  return block;
}

/** Reads a header as strictly as ours are written: what else tar can say is told by name and not taken. */
export function readHeader(block: Buffer): HeaderReading {
  if (readOctal(block, sumAt, 8) !== sumOf(block)) return refuse('the checksum of a header is wrong');
  if (block.toString('latin1', magicAt, magicAt + 5) !== 'ustar')
    return refuse('an entry is of a form that is not known');
  const flag = block.toString('latin1', kindAt, kindAt + 1).replace('\0', flags.file);
  const kind = (Object.keys(flags) as TarKind[]).find((each) => flags[each] === flag);
  if (kind === undefined) return refuse(`an entry is ${others[flag] ?? 'of a kind that is not taken'}`);
  const sizeBytes = readOctal(block, sizeAt, 12);
  if (sizeBytes === undefined) return refuse('the size of an entry cannot be read');
  const [prefix, name] = [readText(block, prefixAt, 155), readText(block, nameAt, nameBytes)];
  return { ok: true, header: { path: prefix === '' ? name : `${prefix}/${name}`, kind, sizeBytes } };
}

function refuse(why: string): HeaderReading {
  return { ok: false, why };
}

function readOctal(block: Buffer, at: number, length: number): number | undefined {
  const text = readText(block, at, length).trim();
  return /^[0-7]{1,11}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

/** Bytes that are no UTF-8 become what no path may have. */
function readText(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
}

/** The sum itself counts as blanks. */
function sumOf(block: Buffer): number {
  return block.reduce((sum, byte, at) => sum + (at >= sumAt && at < sumAt + 8 ? 0x20 : byte), 0);
}
