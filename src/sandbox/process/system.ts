import { createHash, randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import {
  access,
  chmod,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
    const folder = join(base, `system-${digest(content, mountPoints)}`);
    if (!(await isThere(folder))) await build(folder, content, mountPoints);
    return folder;
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
  return Promise.all(
    names.sort().map(async (name) => ({
      to: join('etc', 'alternatives', name),
      target: await readlink(join(folder, name)).catch(() => ''),
    })),
  );
}

function digest({ copies, links }: Content, mountPoints: readonly string[]): string {
  const facts = copies.map(({ from, to, stats }) => [from, to, stats.size, stats.mtimeMs, stats.ino]);
  return createHash('sha256')
    .update(JSON.stringify([facts, links, etcTexts, mountPoints]))
    .digest('hex')
    .slice(0, 32);
}

/** Beside its place first, then moved there in one: nobody meets a half. */
async function build(folder: string, { copies, links }: Content, mountPoints: readonly string[]): Promise<void> {
  const half = `${folder}.${randomUUID()}`;
  const open = { recursive: true, mode: 0o755 };
  try {
    for (const name of ['bin', 'etc/ssl/certs', 'etc/alternatives']) await mkdir(join(half, name), open);
    for (const { from, to } of copies) await copyFile(from, join(half, to), constants.COPYFILE_FICLONE);
    for (const { to, target } of links) await symlink(target, join(half, to));
    for (const [name, text] of Object.entries(etcTexts))
      await writeFile(join(half, 'etc', name), text, { mode: 0o644 });
    for (const name of mountPoints) await writeFile(join(half, 'bin', name), '', { flag: 'a', mode: 0o755 });
    await openToAll(half);
    await rename(half, folder);
  } catch (error) {
    if (!(await isThere(folder))) throw error; // else another process was quicker
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

/** Whatever the umask and the host's own modes are: no file keeps a set-user-id, and every uid may read. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || entry.parentPath === join(folder, 'bin')) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, 0o644);
  }
}

/** A folder of ours below the temporary one, which others could have prepared for us. */
async function openBase(cacheFolder: string | undefined): Promise<string> {
  if (cacheFolder !== undefined) {
    await mkdir(cacheFolder, { recursive: true, mode: 0o711 });
    return cacheFolder;
  }
  const uid = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `belljar-${uid}`);
  await mkdir(folder, { mode: 0o700 }).catch(() => undefined);
  const found = await lstat(folder);
  const isOurs = found.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0;
  return isOurs ? folder : mkdtemp(`${folder}-`);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
