import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import { BelljarError } from '../errors.ts';
import type { FindBundle } from '../sandbox/index.ts';
import { findDoor } from './find-door.ts';
import { type HomeFoldersOptions, isWithin, knowHomeFolders } from './home-folders.ts';

export interface ShownFoldersOptions extends HomeFoldersOptions {
  /** BELLJAR_HOME, which is never shown. */
  readonly home: string;
}

/** Where things are inside by themselves, or where nothing of the host's may ever be. */
const taken = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/usr/bin', '/usr/sbin', '/usr/lib', '/tmp', '/workspace'];
const never = ['/belljar', '/boot', '/dev', '/etc', '/proc', '/run', '/sys', '/var/log', '/var/spool', '/var/mail'];
const tooWide = ['/', '/home', '/root', '/usr', '/opt', '/var', '/mnt', '/media', '/srv', '/var/lib'];

const prefix = 'folder:';

/** Folders of the host that programs see read-only, at the same path. */
export class ShownFolders {
  readonly #options: ShownFoldersOptions;

  constructor(options: ShownFoldersOptions) {
    this.#options = options;
  }

  /**
   * The bundle of a folder.
   *
   * @throws USAGE where it is none, or shows what is not for code behind glass.
   */
  async bundleOf(folder: string): Promise<string> {
    if (!folder.startsWith('/')) throw refusal(folder, 'its path has to be absolute');
    const at = resolve(folder);
    await this.#look(at);
    const door = await findDoor(at);
    if (door !== undefined) throw refusal(folder, `${door} in it is a socket or named pipe, which leads out`);
    return `${prefix}${at}`;
  }

  /** What a sandbox is shown of a folder; looked at anew, since another may stand there by now. */
  readonly find: FindBundle = async (name) => {
    if (!name.startsWith(prefix)) return undefined;
    const at = name.slice(prefix.length);
    await this.#look(at);
    return [{ hostPath: at, at }];
  };

  /** @throws USAGE */
  async #look(at: string): Promise<void> {
    const hostPath = await realpath(at).catch(() => undefined);
    if (hostPath === undefined || !(await stat(hostPath)).isDirectory()) throw refusal(at, 'there is no such folder');
    for (const path of new Set([at, hostPath])) {
      const problem = await this.#judge(path);
      if (problem !== undefined) throw refusal(at, problem);
    }
    // Whoever may change the link, may be another than who chose the folder.
    if (hostPath !== at) throw refusal(at, `it is reached by a link; show ${hostPath}, if that is what is meant`);
  }

  async #judge(path: string): Promise<string | undefined> {
    const home = await realpath(this.#options.home).catch(() => this.#options.home);
    if (isWithin(path, home) || isWithin(home, path)) return 'it would show what Belljar keeps';
    if (tooWide.includes(path)) return 'it would show more than a program needs';
    if (never.some((each) => isWithin(path, each))) return 'it is the system’s own';
    if (taken.some((each) => isWithin(path, each))) return 'inside there is another folder at that path';
    return (await knowHomeFolders(this.#options))(path);
  }
}

function refusal(folder: string, problem: string): BelljarError {
  return new BelljarError('USAGE', `${folder} cannot be shown: ${problem}`);
}
