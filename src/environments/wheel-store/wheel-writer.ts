import type { AnnouncedFile, FileSink, ReceivedFile } from '../../packages/index.ts';
import { FolderWriter } from '../sealed/index.ts';
import type { StoredFile } from './stored-wheel.ts';

const pythonScript = Buffer.from('#!python');

/** Writes the files of a wheel where they belong: `<scheme>/<path>`. */
export class WheelWriter implements FileSink, Disposable {
  readonly files: StoredFile[] = [];
  readonly #writer: FolderWriter;
  #open: Pick<StoredFile, 'scheme' | 'path' | 'sizeBytes' | 'isExecutable'> | undefined;

  constructor(folder: string) {
    this.#writer = new FolderWriter(folder);
    this.#writer.makeFolder('site');
  }

  open({ landing, sizeBytes, isExecutable }: AnnouncedFile): void {
    const scheme = landing.scheme === 'packages' ? 'site' : landing.scheme;
    const { path } = landing;
    this.#writer.open(`${scheme}/${path}`);
    this.#open = { scheme, path, sizeBytes, isExecutable: isExecutable || scheme === 'scripts' };
  }

  write(bytes: Buffer): void {
    this.#writer.write(bytes);
  }

  close({ sha256, head }: ReceivedFile): void {
    if (this.#open === undefined) return;
    const isPythonScript =
      this.#open.scheme === 'scripts' && head.subarray(0, pythonScript.length).equals(pythonScript);
    this.#writer.close(this.#open.isExecutable);
    this.files.push({ ...this.#open, sha256, isPythonScript });
    this.#open = undefined;
  }

  seal(): Promise<void> {
    return this.#writer.seal();
  }

  [Symbol.dispose](): void {
    this.#writer[Symbol.dispose]();
  }
}
