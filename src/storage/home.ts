import type { Stats } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

import { BelljarError } from '../errors.ts';

/** Where everything is kept. Root's default lies outside its own home, which sandboxed uids cannot reach below. */
export function resolveHome(env: NodeJS.ProcessEnv = process.env): string {
  const named = env['BELLJAR_HOME'];
  if (named !== undefined && named !== '') {
    if (!isAbsolute(named))
      throw new BelljarError('HOME_UNUSABLE', `BELLJAR_HOME must be an absolute path, not ${named}`);
    return named;
  }
  if (process.getuid?.() === 0) return '/var/lib/belljar';
  const dataHome = env['XDG_DATA_HOME'];
  return join(
    dataHome !== undefined && isAbsolute(dataHome) ? dataHome : join(homedir(), '.local', 'share'),
    'belljar',
  );
}

/**
 * Makes the home when it is missing, writable by its owner alone (others may pass through: sandboxed uids must).
 *
 * @throws HOME_UNUSABLE where it cannot be made, or another user owns it or may write to it.
 */
export async function ensureHome(home: string): Promise<string> {
  if (!isAbsolute(home)) throw new BelljarError('HOME_UNUSABLE', `the home must be an absolute path, not ${home}`);
  try {
    await makeFolders(home);
  } catch (cause) {
    throw new BelljarError('HOME_UNUSABLE', `cannot make ${home}: ${(cause as Error).message}`, { cause });
  }
  requireOwn(home, await stat(home));
  return home;
}

/**
 * Whether the home is there; nothing is made. Whoever only reads must not be led by a home that someone else prepared.
 *
 * @throws HOME_UNUSABLE where it cannot be looked at, or another user owns it or may write to it.
 */
export async function isHomeThere(home: string): Promise<boolean> {
  try {
    requireOwn(home, await stat(home));
    return true;
  } catch (cause) {
    if (cause instanceof BelljarError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new BelljarError('HOME_UNUSABLE', `cannot look into ${home}: ${(cause as Error).message}`, { cause });
  }
}

/** One after the other: where a file system takes no folders at all (as /proc), Node's own recursion never ends. */
async function makeFolders(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  if (dirname(folder) !== folder) await makeFolders(dirname(folder));
  await mkdir(folder, { mode: 0o711 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process made it in between
  });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A link to a home is as good as the folder that it leads to. */
function requireOwn(home: string, found: Stats): void {
  const { uid, mode } = found;
  if (!found.isDirectory()) throw new BelljarError('HOME_UNUSABLE', `${home} is not a folder`);
  const self = process.getuid?.();
  if (self !== undefined && uid !== self) {
    throw new BelljarError('HOME_UNUSABLE', `${home} belongs to uid ${uid}, not to uid ${self} that runs Belljar`);
  }
  if ((mode & 0o022) !== 0) {
    throw new BelljarError('HOME_UNUSABLE', `others may write to ${home}`, {
      // Not a chmod: this may well be a folder that others must write to, such as /tmp.
      hint: `Choose a folder of its own, such as ${join(home, 'belljar')}.`,
    });
  }
}

/** The one database of a home. */
export function databasePath(home: string): string {
  return join(home, 'belljar.sqlite');
}

/** The folder of the files that workspaces keep. */
export function volumesFolder(home: string): string {
  return join(home, 'volumes');
}

/** The folder of environments, and of what they are made of. */
export function environmentsFolder(home: string): string {
  return join(home, 'environments');
}

/** The folder of a home's signing keys. */
export function keyFolder(home: string): string {
  return join(home, 'keys');
}

/** The folder of what can be made again at any time. */
export function cacheFolder(home: string): string {
  return join(home, 'cache');
}
