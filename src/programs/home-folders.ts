import { readFile, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, relative, sep } from 'node:path';

export interface HomeFoldersOptions {
  /** Of the user whom this process belongs to. */
  readonly userHome?: string | undefined;
  /** Where this machine lists its users. */
  readonly usersFile?: string | undefined;
}

/** Why a folder shows what is its owner's alone; undefined where it does not. */
export type JudgeHome = (path: string) => string | undefined;

/** Knows the home folders of all users: whoever starts a program may read more than their own. */
export async function knowHomeFolders({
  userHome = homedir(),
  usersFile = '/etc/passwd',
}: HomeFoldersOptions): Promise<JudgeHome> {
  const own = [userHome, await realpath(userHome).catch(() => userHome)];
  const homes = [...new Set([...own, ...(await readHomes(usersFile))])].filter((home) => /^\/./.test(home));
  return (path) => {
    if (dirname(path) === '/home' || homes.some((home) => isWithin(home, path)))
      return 'it would show more than a program needs';
    const isHidden = ['/home', ...homes].some((home) => isWithin(path, home) && hasHiddenName(relative(home, path)));
    return isHidden ? 'what is hidden in a home folder may be secret' : undefined;
  };
}

/** Whether a path is a folder or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

async function readHomes(usersFile: string): Promise<string[]> {
  const text = await readFile(usersFile, 'utf8').catch(() => ''); // a machine without one has no users but this
  return text.split('\n').flatMap((line) => line.split(':')[5]?.replace(/(?<=.)\/+$/, '') ?? []);
}

function hasHiddenName(path: string): boolean {
  return path.split(sep).some((name) => name.startsWith('.'));
}
