import { realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { relative, resolve, sep } from 'node:path';

import { BelljarError } from '../errors.ts';
import type { FindBundle } from '../sandbox/index.ts';

export interface ShownFoldersOptions {
  /** BELLJAR_HOME, which is never shown. */
  readonly home: string;
  /** Of the user whom this process belongs to. */
  readonly userHome?: string | undefined;
}

/** Where things are inside by themselves, or where nothing of the host's may ever be. */
const taken = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/usr/bin', '/usr/sbin', '/usr/lib', '/tmp', '/workspace'];
const never = ['/belljar', '/boot', '/dev', '/etc', '/proc', '/run', '/sys'];
const tooWide = ['/', '/home', '/root', '/usr', '/var', '/mnt', '/media', '/srv', '/var/lib'];

const prefix = 'folder:';

/** Folders of the host that programs see read-only, at the same path; each is looked at when it is first asked for. */
export class ShownFolders {
  readonly #options: { readonly home: string; readonly userHome: string };
  readonly #hostPaths = new Map<string, string>();

  constructor({ home, userHome = homedir() }: ShownFoldersOptions) {
    this.#options = { home, userHome };
  }

  /**
   * The bundle of a folder.
   *
   * @throws USAGE where it is none, or shows what is not for code behind glass.
   */
  async bundleOf(folder: string): Promise<string> {
    if (!folder.startsWith('/')) throw refusal(folder, 'its path has to be absolute');
    const at = resolve(folder);
    const hostPath = await realpath(at).catch(() => undefined);
    if (hostPath === undefined || !(await stat(hostPath)).isDirectory())
      throw refusal(folder, 'there is no such folder');
    for (const path of new Set([at, hostPath])) {
      const problem = this.#judge(path, await realpath(this.#options.home).catch(() => this.#options.home));
      if (problem !== undefined) throw refusal(folder, problem);
    }
    this.#hostPaths.set(at, hostPath);
    return `${prefix}${at}`;
  }

  /** What a sandbox is shown of a folder that was looked at. */
  readonly find: FindBundle = (name) => {
    const at = name.slice(prefix.length);
    const hostPath = name.startsWith(prefix) ? this.#hostPaths.get(at) : undefined;
    return Promise.resolve(hostPath === undefined ? undefined : [{ hostPath, at }]);
  };

  #judge(path: string, home: string): string | undefined {
    const { userHome } = this.#options;
    if (isWithin(path, home) || isWithin(home, path)) return 'it would show what Belljar keeps';
    if (isWithin(userHome, path) || tooWide.includes(path)) return 'it would show more than a program needs';
    if (
      isWithin(path, userHome) &&
      relative(userHome, path)
        .split(sep)
        .some((name) => name.startsWith('.'))
    ) {
      return 'what is hidden in a home folder may be secret';
    }
    if (never.some((each) => isWithin(path, each))) return 'it is the system’s own';
    return taken.some((each) => isWithin(path, each)) ? 'inside there is another folder at that path' : undefined;
  }
}

/** Whether a path is a folder or lies below it. */
function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function refusal(folder: string, problem: string): BelljarError {
  return new BelljarError('USAGE', `${folder} cannot be shown: ${problem}`);
}
