import { lstat, readdir, realpath, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

import { refuseWhenCancelled } from '../../errors.ts';
import { checkWorkspaceName } from '../../workspace-name.ts';
import {
  type AttachParts,
  type AttachedVolume,
  dropLeft,
  attachFolder,
  attachImage,
  renameAttached,
  findVolumeKind,
  growWhereSmaller,
  openFolder,
  refuseExcess,
} from './attach.ts';
import { type VolumeBounds, checkBounds } from './bounds.ts';
import { attachedDevices } from './image.ts';
import { VolumeLayout, isNameless, namelessName } from './layout.ts';
import { VolumeLease } from './lease.ts';
import { withLock } from './lock.ts';
import { makeVolume } from './make-volume.ts';
import { type VolumeMeans, findVolumeMeans } from './means.ts';
import { measureFolder } from './measure.ts';
import { type IsGone, isPresent } from './presence.ts';
import { removeTree, sweepVolumes } from './sweep.ts';
import { isNoSpace, unusable } from './unusable.ts';
import { type Visit, Visits } from './visits.ts';

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

const boundless: VolumeBounds = { maxBytes: Number.POSITIVE_INFINITY, maxFiles: Number.POSITIVE_INFINITY };

interface UsedVolume {
  attached: AttachedVolume;
  readonly visit: Visit;
  users: number;
}

/** The files of workspaces: made when first asked for, shown to sandboxes, kept within their bounds, removed. */
export class Volumes {
  readonly #options: VolumesOptions;
  readonly #visits: Visits;
  readonly #used = new Map<string, UsedVolume>();
  readonly #turns = new Map<string, Promise<unknown>>();
  #layout: Promise<VolumeLayout> | undefined;
  #means: Promise<VolumeMeans> | undefined;

  constructor(options: VolumesOptions) {
    this.#options = options;
    this.#visits = new Visits({ nextServer: options.nextMark, isGone: this.#isGone });
  }

  /** What a bound is held by here. */
  means(): Promise<VolumeMeans> {
    this.#means ??= this.#options.means === undefined ? findVolumeMeans() : Promise.resolve(this.#options.means);
    return this.#means;
  }

  /** Ends what killed servers left; makes nothing. */
  async sweep(): Promise<void> {
    const path = await realpath(this.#options.folder).catch(() => undefined);
    if (path !== undefined) await sweepVolumes(new VolumeLayout(path), this.#isGone);
  }

  /**
   * Takes the files of a workspace into use.
   *
   * @throws USAGE, WORKSPACE_UNUSABLE; CANCELLED with nothing half-made left.
   */
  async acquire(request: VolumeRequest, signal?: AbortSignal): Promise<VolumeLease> {
    checkWorkspaceName(request.name);
    checkBounds(request);
    return this.#inTurn(request.name, () => this.#acquire(request, signal), signal);
  }

  /**
   * Makes files that are nobody's yet: they are gone with the lease, unless a workspace gets them before.
   *
   * @throws USAGE, WORKSPACE_UNUSABLE; CANCELLED with nothing half-made left.
   */
  async acquireNew(bounds: VolumeBounds, signal?: AbortSignal): Promise<VolumeLease> {
    checkBounds(bounds);
    const layout = await this.#makeLayout();
    const visit = await this.#visits.enter(layout);
    const mark = visit.nextMark();
    try {
      const parts = { layout, name: namelessName(mark), server: visit.server, isGone: this.#isGone, signal };
      const { kind } = await this.means();
      await makeVolume(layout, { ...bounds, name: parts.name, kind, mark, signal });
      const attached = await (kind === 'folder' ? attachFolder(parts) : attachImage(parts));
      await openFolder(attached);
      const isHard = kind === 'image'; // it was made for these bounds
      return this.#leaseNew({ attached, visit, users: 1 }, bounds, isHard);
    } catch (error) {
      await dropLeft(layout.mountPoint(visit.server, namelessName(mark)));
      await this.#forget(layout, mark);
      await visit.leave();
      throw error;
    }
  }

  /** Whether a workspace has files. */
  async has(name: string): Promise<boolean> {
    checkWorkspaceName(name);
    const layout = await this.#makeLayout();
    return findVolumeKind(layout, name).then(
      (kind) => kind !== undefined,
      () => true, // damaged, but there
    );
  }

  /** The workspaces that have files. */
  async list(): Promise<string[]> {
    const layout = await this.#makeLayout();
    return (await readdir(join(layout.folder, 'workspaces'))).sort();
  }

  /** What the files of a workspace take on the disk; undefined where it has none. @throws USAGE, WORKSPACE_UNUSABLE */
  async measure(name: string): Promise<number | undefined> {
    checkWorkspaceName(name);
    const layout = await this.#makeLayout();
    const kind = await findVolumeKind(layout, name);
    if (kind === undefined) return undefined;
    if (kind === 'folder') return (await measureFolder(layout.files(name), boundless)).bytes;
    return (await lstat(layout.image(name))).blocks * 512; // it is sparse: what was never written takes nothing
  }

  /**
   * Removes the files of a workspace; resolves to whether there were any.
   *
   * @throws USAGE, WORKSPACE_UNUSABLE where they are in use.
   */
  async remove(name: string): Promise<boolean> {
    checkWorkspaceName(name);
    return this.#inTurn(name, () => this.#remove(name));
  }

  async #acquire(request: VolumeRequest, signal: AbortSignal | undefined): Promise<VolumeLease> {
    const { name } = request;
    const used = this.#used.get(name) ?? (await this.#use(request, signal));
    this.#used.set(name, used);
    used.users += 1;
    const release = (): Promise<void> => this.#inTurn(name, () => this.#release(used));
    try {
      await openFolder(used.attached);
      const isHard = await used.attached.holds(request);
      if (!isHard) await refuseExcess(used.attached, request);
      refuseWhenCancelled(signal);
      return new VolumeLease({ volume: () => used.attached, bounds: request, isHard, release });
    } catch (error) {
      await this.#release(used);
      throw error;
    }
  }

  #leaseNew(used: UsedVolume, bounds: VolumeBounds, isHard: boolean): VolumeLease {
    this.#used.set(used.attached.name, used);
    return new VolumeLease({
      volume: () => used.attached,
      bounds,
      isHard,
      release: () => this.#inTurn(used.attached.name, () => this.#release(used)),
      nameAs: (name) => this.#inTurn(checkWorkspaceName(name), () => this.#nameAs(used, name)),
    });
  }

  /** It moves as a whole, mounted as it is; whoever looks for its users finds them under the new name too. */
  async #nameAs(used: UsedVolume, name: string): Promise<boolean> {
    const { attached, visit } = used;
    const layout = await this.#makeLayout();
    if (!isNameless(attached.name) || this.#used.get(attached.name) !== used) return false;
    return withLock(layout.lock(name), async () => {
      if (await this.has(name)) return false;
      await rename(layout.volume(attached.name), layout.volume(name));
      used.attached = await renameAttached(attached, { layout, name, server: visit.server, isGone: this.#isGone });
      this.#used.delete(attached.name);
      this.#used.set(name, used);
      return true;
    });
  }

  async #release(used: UsedVolume): Promise<void> {
    used.users -= 1;
    if (used.users > 0) return;
    const { attached, visit } = used;
    this.#used.delete(attached.name);
    await attached.detach();
    if (isNameless(attached.name)) await this.#forget(await this.#makeLayout(), attached.name.slice(1));
    await visit.leave();
  }

  /** What never became a workspace's. */
  async #forget(layout: VolumeLayout, mark: string): Promise<void> {
    const owner = await ownerOf(layout, namelessName(mark));
    await removeTree(layout.unfinished(mark));
    if (owner !== undefined) await rmdir(layout.uid(owner)).catch(() => undefined);
  }

  async #use(request: VolumeRequest, signal: AbortSignal | undefined): Promise<UsedVolume> {
    const layout = await this.#makeLayout();
    const visit = await this.#visits.enter(layout);
    const { server } = visit;
    const parts = { layout, name: request.name, server, isGone: this.#isGone, signal };
    try {
      // Between the look and its being in use nobody else may remove it or make it.
      const attach = (): Promise<AttachedVolume> => this.#attach(request, parts, visit);
      return { attached: await withLock(layout.lock(request.name), attach, signal), visit, users: 0 };
    } catch (error) {
      await visit.leave();
      throw error;
    }
  }

  async #attach(request: VolumeRequest, parts: AttachParts, { nextMark }: Visit): Promise<AttachedVolume> {
    const { layout, name, signal } = parts;
    const found = await findVolumeKind(layout, name);
    const kind = found ?? (await this.means()).kind;
    if (found === undefined) await makeVolume(layout, { ...request, kind, mark: nextMark(), signal });
    if (kind === 'folder') return attachFolder(parts);
    await growWhereSmaller(parts, nextMark(), request);
    return attachImage(parts);
  }

  async #remove(name: string): Promise<boolean> {
    const layout = await this.#makeLayout();
    const visit = await this.#visits.enter(layout);
    try {
      const away = await withLock(layout.lock(name), () => this.#takeAway(layout, name, visit));
      if (away !== undefined) await removeTree(away);
      return away !== undefined;
    } finally {
      await visit.leave();
    }
  }

  /** It loses its name at once; what is left takes as long as it takes. */
  async #takeAway(layout: VolumeLayout, name: string, { server, nextMark }: Visit): Promise<string | undefined> {
    const kind = await findVolumeKind(layout, name).catch(() => 'folder' as const);
    if (kind === undefined) return undefined;
    const owner = await ownerOf(layout, name);
    if (!this.#used.has(name)) await dropLeft(layout.mountPoint(server, name));
    const user = this.#used.has(name) ? 'this server' : await this.#findUser(layout, name);
    if (user !== undefined) throw unusable('in-use', `workspace “${name}” is in use by ${user}`);
    const away = layout.unfinished(nextMark());
    await rename(layout.volume(name), away);
    if (owner !== undefined) await rmdir(layout.uid(owner)).catch(() => undefined);
    return away;
  }

  /** Another living server that has it mounted, by its own folder or, where that cannot be seen, by the loop device. */
  async #findUser(layout: VolumeLayout, name: string): Promise<string | undefined> {
    for (const server of await readdir(layout.mounted())) {
      if (await this.#isGone(layout, server)) continue;
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

  readonly #isGone: IsGone = async (layout, server) =>
    this.#options.isAbandoned(server) || !(await isPresent(layout, server));

  /** One thing at a time for each name; whoever gives up waiting for it is told at once. */
  #inTurn<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#turns.get(name) ?? Promise.resolve();
    const turn = until(before, signal).then(work);
    const settled = Promise.allSettled([before, turn]);
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

async function until(before: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  refuseWhenCancelled(signal);
  if (signal === undefined) {
    await before;
    return;
  }
  const abort = Promise.withResolvers<undefined>();
  const onAbort = (): void => abort.resolve(undefined);
  signal.addEventListener('abort', onAbort);
  await Promise.race([before, abort.promise]);
  signal.removeEventListener('abort', onAbort);
  refuseWhenCancelled(signal);
}

async function ownerOf(layout: VolumeLayout, name: string): Promise<number | undefined> {
  for (const path of [layout.image(name), layout.files(name)]) {
    const found = await lstat(path).catch(() => undefined);
    if (found !== undefined) return found.uid;
  }
  return undefined;
}
