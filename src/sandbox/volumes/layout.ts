import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { BelljarError } from '../../errors.ts';
import { checkWorkspaceName } from '../../workspace-name.ts';

/**
 * Where everything of the volumes lies. All of it below one folder that nobody else may enter, and of these folders
 * only what is called `files` is ever shown to sandboxed code.
 *
 *     workspaces/NAME/image     a file system of fixed size, owned by the workspace's uid; or
 *     workspaces/NAME/files     a plain folder, where images cannot be mounted
 *     mounted/SERVER/NAME       where a living server has mounted an image, or that it uses a folder
 *     unfinished/SERVER.N       what is being made or removed, and what has no name yet
 *     servers/SERVER            a socket: who listens there lives
 *     locks/NAME  uids/UID      who attaches or removes a volume just now; which uids are taken
 *
 * What lies in locks/ stays: a lock that were removed could be held by two.
 */
export class VolumeLayout {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the folders where they are missing. */
  async make(): Promise<void> {
    await makePrivate(this.folder);
    for (const name of ['workspaces', 'mounted', 'unfinished', 'locks', 'servers', 'uids']) {
      await makePrivate(join(this.folder, name));
    }
  }

  volume(name: string): string {
    return isNameless(name)
      ? this.unfinished(name.slice(1))
      : join(this.folder, 'workspaces', checkWorkspaceName(name));
  }

  image(name: string): string {
    return join(this.volume(name), 'image');
  }

  files(name: string): string {
    return join(this.volume(name), 'files');
  }

  lock(name: string): string {
    return join(this.folder, 'locks', checkWorkspaceName(name));
  }

  /** For whoever asks how much of the disk is promised; no volume has such a name. */
  spaceLock(): string {
    return join(this.folder, 'locks', '.space');
  }

  servers(): string {
    return join(this.folder, 'servers');
  }

  uid(uid: number): string {
    return join(this.folder, 'uids', String(uid));
  }

  mounted(server?: string): string {
    return join(this.folder, 'mounted', server ?? '');
  }

  mountPoint(server: string, name: string): string {
    return join(this.mounted(server), isNameless(name) ? name : checkWorkspaceName(name));
  }

  unfinished(name = ''): string {
    return join(this.folder, 'unfinished', name);
  }
}

/** What a volume is called while it is nobody's: by the mark under which it was made. No workspace can be called so. */
export function namelessName(mark: string): string {
  return `+${mark}`;
}

export function isNameless(name: string): boolean {
  return /^\+[A-Za-z0-9._-]{1,99}$/.test(name);
}

async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  const { uid, mode } = await lstat(folder).then((found) => {
    if (!found.isDirectory()) throw new BelljarError('WORKSPACE_UNUSABLE', `${folder} is not a folder`);
    return found;
  });
  if (uid === process.getuid?.() && (mode & 0o077) === 0) return;
  throw new BelljarError('WORKSPACE_UNUSABLE', `others than Belljar can get at ${folder}`, {
    hint: `Make it its own: chown and chmod 700 ${folder}, once you know who looked into it.`,
  });
}
