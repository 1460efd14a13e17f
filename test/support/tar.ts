/** One entry of a tar archive; its path and its kind may be what no honest archive has. */
export interface TarEntry {
  readonly path: string;
  readonly content?: string | Buffer;
  readonly mode?: number;
  readonly kind?: 'file' | 'folder' | 'link' | 'hard-link' | 'device';
  readonly target?: string;
}

const kinds = { file: '0', 'hard-link': '1', link: '2', device: '3', folder: '5' } as const;

export function writeTar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content ?? '');
    return [header(entry, content.length), content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function header(entry: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number): void => {
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  };
  block.write(entry.path, 0, 100);
  octal(entry.mode ?? 0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write('        ', 148, 'latin1');
  block.write(kinds[entry.kind ?? 'file'], 156, 'latin1');
  block.write(entry.target ?? '', 157, 100);
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
