import { lstat, readdir, realpath, rename, rmdir } from 'node:fs/promises';

import {
  type AttachedVolume,
  attachFolder,
  attachImage,
  findVolumeKind,
  growWhereSmaller,
  openFolder,
  refuseExcess,
} from './attach.ts';
import { type VolumeBounds, checkBounds } from './bounds.ts';
import { attachedDevices } from './image.ts';
import { VolumeLayout, checkVolumeName } from './layout.ts';
import { VolumeLease } from './lease.ts';
import { withLock } from './lock.ts';
import { makeVolume } from './make-volume.ts';
import { type VolumeMeans, findVolumeMeans } from './means.ts';
import { removeTree, sweepVolumes } from './sweep.ts';
import { isNoSpace, unusable } from './unusable.ts';

export interface VolumesOptions {
  /** Where they lie: a folder of Belljar's own, made when it is first needed. */
  readonly folder: string;
  /** A name never used before, by which isAbandoned can tell whether the process that took it is gone. */
  readonly nextMark: () => string;
  readonly isAbandoned: (mark: string) => boolean;
  /** What this machine can do, where it is not to be found out. */
  readonly means?: VolumeMeans;
}

export interface VolumeRequest extends VolumeBounds {
  readonly name: string;
}

interface UsedVolume {
  readonly attached: AttachedVolume;
  users: number;
}

/** The files of workspaces: made when first asked for, shown to sandboxes, kept within their bounds, removed. */
export class Volumes {
  readonly #options: VolumesOptions;
  /** Whose mounts these are. */
  readonly #server: string;
  readonly #used = new Map<string, UsedVolume>();
  readonly #turns = new Map<string, Promise<unknown>>();
  #layout: Promise<VolumeLayout> | undefined;
  #means: Promise<VolumeMeans> | undefined;

  constructor(options: VolumesOptions) {
    this.#options = options;
    this.#server = options.nextMark();
  }

  /** What a bound is held by here. */
  means(): Promise<VolumeMeans> {
    this.#means ??= this.#options.means === undefined ? findVolumeMeans() : Promise.resolve(this.#options.means);
    return this.#means;
  }

  /** Ends what killed servers left; makes nothing. */
  async sweep(): Promise<void> {
    const { folder, isAbandoned } = this.#options;
    const path = await realpath(folder).catch(() => undefined);
    if (path !== undefined) await sweepVolumes(new VolumeLayout(path), isAbandoned);
  }

  /**
   * Takes the files of a workspace into use.
   *
   * @throws USAGE, WORKSPACE_UNUSABLE
   */
  async acquire(request: VolumeRequest): Promise<VolumeLease> {
    checkVolumeName(request.name);
    checkBounds(request);
    return this.#inTurn(request.name, () => this.#acquire(request));
  }

  /**
   * Removes the files of a workspace; resolves to whether there were any.
   *
   * @throws USAGE, WORKSPACE_UNUSABLE where they are in use.
   */
  async remove(name: string): Promise<boolean> {
    checkVolumeName(name);
    return this.#inTurn(name, () => this.#remove(name));
  }

  async #acquire(request: VolumeRequest): Promise<VolumeLease> {
    const { name } = request;
    const used = this.#used.get(name) ?? { attached: await this.#attach(request), users: 0 };
    this.#used.set(name, used);
    used.users += 1;
    const release = (): Promise<void> => this.#inTurn(name, () => this.#release(used));
    try {
      await openFolder(used.attached);
      const isHard = await used.attached.holds(request);
      if (!isHard) await refuseExcess(used.attached, request);
      return new VolumeLease({ volume: used.attached, bounds: request, isHard, release });
    } catch (error) {
      await this.#release(used);
      throw error;
    }
  }

  async #release(used: UsedVolume): Promise<void> {
    used.users -= 1;
    if (used.users > 0) return;
    this.#used.delete(used.attached.name);
    await used.attached.detach();
  }

  async #attach(request: VolumeRequest): Promise<AttachedVolume> {
    const layout = await this.#makeLayout();
    const { name } = request;
    const parts = { layout, name, server: this.#server };
    const kind = (await findVolumeKind(layout, name)) ?? (await this.means()).kind;
    if (kind === 'folder') {
      await this.#makeWhereMissing(layout, request, 'folder');
      return attachFolder(parts);
    }
    // Between the look and the mount nobody else may remove it or make it.
    return withLock(layout.lock(name), async () => {
      await this.#makeWhereMissing(layout, request, 'image');
      await growWhereSmaller(parts, this.#options.nextMark(), request);
      return attachImage(parts);
    });
  }

  async #makeWhereMissing(layout: VolumeLayout, request: VolumeRequest, kind: 'image' | 'folder'): Promise<void> {
    if ((await findVolumeKind(layout, request.name)) !== undefined) return;
    await makeVolume(layout, { ...request, kind, mark: this.#options.nextMark() });
  }

  async #remove(name: string): Promise<boolean> {
    const layout = await this.#makeLayout();
    const kind = await findVolumeKind(layout, name).catch(() => 'folder' as const);
    if (kind === undefined) return false;
    const take = (): Promise<string> => this.#takeAway(layout, name);
    await removeTree(await (kind === 'image' ? withLock(layout.lock(name), take) : take()));
    return true;
  }

  /** It loses its name at once; what is left takes as long as it takes. */
  async #takeAway(layout: VolumeLayout, name: string): Promise<string> {
    const owner = await ownerOf(layout, name);
    const user = this.#used.has(name) ? 'this server' : await this.#findUser(layout, name);
    if (user !== undefined) throw unusable('in-use', `workspace “${name}” is in use by ${user}`);
    const away = layout.unfinished(this.#options.nextMark());
    await rename(layout.volume(name), away);
    if (owner !== undefined) await rmdir(layout.uid(owner)).catch(() => undefined);
    return away;
  }

  /** Another living server that has it mounted, by its own folder or, where that cannot be seen, by the loop device. */
  async #findUser(layout: VolumeLayout, name: string): Promise<string | undefined> {
    for (const server of await readdir(layout.mounted())) {
      if (this.#options.isAbandoned(server)) continue;
      const names = await readdir(layout.mounted(server)).catch((): string[] => []);
      if (names.includes(name)) return layout.mounted(server);
    }
    const [device] = (await this.means()).kind === 'image' ? await attachedDevices(layout.image(name)) : [];
    return device;
  }

  #makeLayout(): Promise<VolumeLayout> {
    this.#layout ??= makeLayout(this.#options.folder).catch((error: unknown) => {
      this.#layout = undefined;
      throw error;
    });
    return this.#layout;
  }

  /** One thing at a time for each name. */
  #inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined);
    this.#turns.set(name, settled);
    void settled.then(() => {
      if (this.#turns.get(name) === settled) this.#turns.delete(name);
    });
    return turn;
  }
}

async function makeLayout(folder: string): Promise<VolumeLayout> {
  try {
    await new VolumeLayout(folder).make();
    return new VolumeLayout(await realpath(folder));
  } catch (thrown) {
    if (isNoSpace(thrown)) throw unusable('no-space', 'there is no space left for the files', { cause: thrown });
    throw thrown;
  }
}

async function ownerOf(layout: VolumeLayout, name: string): Promise<number | undefined> {
  for (const path of [layout.image(name), layout.files(name)]) {
    const found = await lstat(path).catch(() => undefined);
    if (found !== undefined) return found.uid;
  }
  return undefined;
}
