import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, copyFile, mkdir, mkdtemp, readdir, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { keepFolder } from '../../kept-folder.ts';
import { isOwnFolder, makeOwnFolder } from '../../own-folder.ts';
import { etcFiles, etcTexts, programFolders, programs } from './system-files.ts';

/**
 * The little of the host's /usr/bin and /etc that is seen inside, copied into one folder that two mounts show: its `bin`
 * and its `etc`. Showing the host's own would tell what is installed and set up there; mounting file by file takes as
 * long as all else together. Made once for what the host has, and anew when that changes.
 */
export class SystemFolders {
  readonly #cacheFolder: string | undefined;
  readonly #made = new Map<string, Promise<string>>();
  #base: Promise<string> | undefined;

  /** Without a folder to keep them in they are kept in the machine's temporary one. */
  constructor(cacheFolder: string | undefined) {
    this.#cacheFolder = cacheFolder;
  }

  /** The path of the folder; `mountPoints` are names in its `bin` over which something else will be mounted. */
  async prepare(mountPoints: readonly string[]): Promise<string> {
    const names = [...new Set(mountPoints)].sort();
    const key = names.join('\0');
    const known = await this.#made.get(key);
    if (known !== undefined && (await isThere(known))) return known; // a temporary folder may have been swept
    const making = this.#make(names);
    this.#made.set(key, making);
    making.catch(() => this.#made.delete(key));
    return making;
  }

  async #make(mountPoints: readonly string[]): Promise<string> {
    const content = await findContent();
    const base = await (this.#base ??= openBase(this.#cacheFolder));
    const name = `system-${digest(content, mountPoints)}`;
    return keepFolder({ base, name, fill: (folder) => fill(folder, content, mountPoints) });
  }
}

interface Content {
  readonly copies: readonly { readonly from: string; readonly to: string; readonly stats: Stats }[];
  readonly links: readonly { readonly to: string; readonly target: string }[];
}

async function findContent(): Promise<Content> {
  const wanted = [
    ...etcFiles.map(({ from, to }) => ({ candidates: from, to: join('etc', to) })),
    ...programs.map((name) => ({ candidates: programFolders.map((at) => join(at, name)), to: join('bin', name) })),
  ];
  const copies = [];
  for (const { candidates, to } of wanted) {
    for (const from of candidates) {
      const stats = await stat(from).catch(() => undefined);
      if (stats?.isFile() !== true) continue;
      copies.push({ from, to, stats });
      break;
    }
  }
  return { copies, links: await findAlternatives() };
}

/** Which of several libraries is meant, where a distribution lets its operator choose. */
async function findAlternatives(): Promise<Content['links']> {
  const folder = '/etc/alternatives';
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('lib'));
  const links = [];
  for (const name of names.sort()) {
    const target = await readlink(join(folder, name)).catch(() => undefined);
    if (target !== undefined) links.push({ to: join('etc', 'alternatives', name), target });
  }
  return links;
}

function digest({ copies, links }: Content, mountPoints: readonly string[]): string {
  const facts = copies.map(({ from, to, stats }) => [from, to, stats.size, stats.mtimeMs, stats.ino]);
  return createHash('sha256')
    .update(JSON.stringify([facts, links, etcTexts, mountPoints]))
    .digest('hex')
    .slice(0, 32);
}

async function fill(folder: string, { copies, links }: Content, mountPoints: readonly string[]): Promise<void> {
  for (const name of ['bin', 'etc/ssl/certs', 'etc/alternatives']) await mkdir(join(folder, name), { recursive: true });
  for (const { from, to } of copies) await copyFile(from, join(folder, to), constants.COPYFILE_FICLONE);
  for (const { to, target } of links) await symlink(target, join(folder, to));
  for (const [name, text] of Object.entries(etcTexts)) await writeFile(join(folder, 'etc', name), text);
  for (const name of mountPoints) await writeFile(join(folder, 'bin', name), '', { flag: 'a', mode: 0o755 });
}

/** Below the temporary folder others could have prepared ours: then we take another one. */
async function openBase(cacheFolder: string | undefined): Promise<string> {
  if (cacheFolder !== undefined) return cacheFolder;
  const folder = join(tmpdir(), `belljar-${process.getuid?.() ?? 0}`);
  await makeOwnFolder(folder, 0o700);
  return (await isOwnFolder(folder)) ? folder : mkdtemp(`${folder}-`);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
