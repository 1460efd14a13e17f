import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { isOwn, makeOwnFolder } from '../../own-folder.ts';
import { nextMark } from '../../sandbox/index.ts';
import { type Description, type Unfit, askPython, descriptionSchema } from './ask-python.ts';

const keptSchema = z.record(z.string(), z.object({ file: z.string(), description: descriptionSchema }));
type Kept = z.infer<typeof keptSchema>;

/** Of another form than what another version kept. */
const fileName = 'pythons-1.json';

/**
 * What programs answered before. Asking one takes as long as starting Python does; a program that was not replaced since
 * would say the same again. Without a folder nothing is kept.
 */
export class KnownAnswers {
  readonly #folder: string | undefined;
  #kept: Promise<Kept> | undefined;
  #isNew = false;

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  async ask(path: string, signal?: AbortSignal): Promise<Description | Unfit> {
    const file = await identify(path);
    if (file === undefined) return { problem: 'there is no such program' };
    const kept = await (this.#kept ??= this.#read());
    const known = kept[path];
    if (known?.file === file && (await identify(known.description.executable)) !== undefined) return known.description;
    const answer = await askPython(path, signal);
    if ('problem' in answer) return answer;
    kept[path] = { file, description: answer };
    this.#isNew = true;
    return answer;
  }

  /** Keeps what was learned; that it cannot is no reason not to go on. */
  async keep(): Promise<void> {
    if (!this.#isNew || this.#folder === undefined || this.#kept === undefined) return;
    this.#isNew = false;
    const text = JSON.stringify(await this.#kept);
    const half = join(this.#folder, `${fileName}.${nextMark()}`);
    await makeOwnFolder(this.#folder).catch(() => undefined);
    const isWritten = await writeFile(half, text, { mode: 0o600 }).then(
      () => true,
      () => false,
    );
    if (isWritten) await rename(half, join(this.#folder, fileName)).catch(() => undefined);
  }

  async #read(): Promise<Kept> {
    if (this.#folder === undefined) return {};
    try {
      const path = join(this.#folder, fileName);
      if (!isOwn(await stat(path))) return {};
      return keptSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch {
      return {}; // asked anew
    }
  }
}

/** One text for a file as it is now; a link counts as what it leads to. */
async function identify(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return undefined;
  return [found.dev, found.ino, found.size, found.mtimeMs, found.ctimeMs].join(' ');
}
