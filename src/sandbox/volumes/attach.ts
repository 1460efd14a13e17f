import { type Stats } from 'node:fs';
import { chmod, lstat, mkdir, rmdir, statfs } from 'node:fs/promises';

import { type VolumeBounds, type VolumeUse, describeExcess, findExcess } from './bounds.ts';
import {
  type ImageHead,
  attachedDevices,
  growImage,
  mountImage,
  planImage,
  readImageHead,
  writeDirectly,
} from './image.ts';
import { measureDeleted } from './deleted-files.ts';
import { promiseHostSpace } from './host-space.ts';
import type { VolumeLayout } from './layout.ts';
import { measureFolder, measureMounted, openClosedFolders } from './measure.ts';
import { isMounted, unmount } from './mount-table.ts';
import type { IsGone } from './presence.ts';
import { removeTree } from './sweep.ts';
import { isVolumeUid } from './uids.ts';
import { unusable } from './unusable.ts';

/** The files of a workspace, where this process can show them to sandboxes. */
export interface AttachedVolume {
  readonly name: string;
  readonly hostPath: string;
  /** Whom they belong to; undefined where that is the ordinary user who runs Belljar. */
  readonly uid: number | undefined;
  /** With what a process that uses them, and those below it, hold open of what was deleted. */
  readonly measure: (bounds: VolumeBounds, pid?: number) => Promise<VolumeUse>;
  /** Whether the file system itself holds a bound: it never shrinks, so that one made for more is only watched. */
  readonly holds: (bounds: VolumeBounds) => Promise<boolean>;
  readonly detach: () => Promise<void>;
}

export interface AttachParts {
  readonly layout: VolumeLayout;
  readonly name: string;
  readonly server: string;
  readonly isGone: IsGone;
  readonly signal?: AbortSignal | undefined;
}

/** What kind of volume has a name; undefined where there is none. */
export async function findVolumeKind(layout: VolumeLayout, name: string): Promise<'image' | 'folder' | undefined> {
  const volume = await look(layout.volume(name));
  if (volume === undefined) return undefined;
  if (volume.isDirectory()) {
    if ((await look(layout.image(name)))?.isFile() === true) return 'image';
    if ((await look(layout.files(name)))?.isDirectory() === true) return 'folder';
  }
  throw unusable('damaged', `workspace “${name}” has lost its files: ${layout.volume(name)} holds neither`);
}

/** Mounts an image for this process. */
export async function attachImage({ layout, name, server, isGone }: AttachParts): Promise<AttachedVolume> {
  const [image, mountPoint] = [layout.image(name), layout.mountPoint(server, name)];
  const head = await readImageHead(image).catch((cause: unknown) => {
    throw unusable('damaged', `the image of workspace “${name}” cannot be read`, { cause, image });
  });
  checkHead(head, { name, image });
  await dropLeft(mountPoint);
  await promiseHostSpace({ layout, name, mountPoint, isGone });
  await mount(image, mountPoint, name);
  await writeDirectly(image);
  return {
    name,
    uid: head.uid,
    hostPath: `${mountPoint}/files`,
    measure: () => measureMounted(mountPoint),
    holds: async (bounds) => {
      const [wanted, { files }] = [planImage(bounds), await statfs(mountPoint)];
      return head.blocks <= wanted.blocks && files <= wanted.inodes;
    },
    detach: () => dropLeft(mountPoint),
  };
}

/** Gives back what is mounted there, if anything is. What does not go is tried again by the next use, or swept. */
export async function dropLeft(mountPoint: string): Promise<void> {
  if ((await look(mountPoint)) === undefined) return;
  if (await isMounted(mountPoint)) await unmount(mountPoint);
  await rmdir(mountPoint).catch(() => undefined);
}

/**
 * Gives an image that is smaller than its bound more room, where nobody uses it just now; else it waits for the next
 * time. To be called by whoever holds the lock on it.
 */
export async function growWhereSmaller(parts: AttachParts, mark: string, bounds: VolumeBounds): Promise<void> {
  const { layout, name, signal } = parts;
  const image = layout.image(name);
  const head = await readImageHead(image).catch(() => undefined); // whoever mounts it tells
  if (head === undefined || head.damage !== undefined || head.blocks >= planImage(bounds).blocks) return;
  if ((await attachedDevices(image)).length > 0) return;
  if (head.isDirty) await (await attachImage(parts)).detach();
  const folder = layout.unfinished(mark);
  await mkdir(folder, { mode: 0o700 });
  const { code, said } = await growImage(image, folder, { ...bounds, signal }).finally(() => removeTree(folder));
  if (code === 0) return;
  const reason = said.includes('No space left') ? 'no-space' : 'damaged';
  throw unusable(reason, `workspace “${name}” cannot be given more room`, { said, image });
}

async function mount(image: string, mountPoint: string, name: string): Promise<void> {
  const { code, said } = await mountImage(image, mountPoint);
  if (code === 0) return;
  await rmdir(mountPoint).catch(() => undefined);
  const reason = /permitted|permission denied|loop device/i.test(said) ? 'not-mountable' : 'damaged';
  throw unusable(reason, `the image of workspace “${name}” cannot be mounted`, { said, image });
}

function checkHead({ uid, damage }: ImageHead, { name, image }: { name: string; image: string }): void {
  const problem = damage ?? (isVolumeUid(uid) ? undefined : `it belongs to uid ${uid}, which no volume is given`);
  if (problem === undefined) return;
  throw unusable('damaged', `the image of workspace “${name}” is not sound: ${problem}`, { image });
}

/** Takes a plain folder into use, where it is within its bounds. */
export async function attachFolder({ layout, name, server }: AttachParts): Promise<AttachedVolume> {
  const [files, marker] = [layout.files(name), layout.mountPoint(server, name)];
  const { uid, dev } = await lstat(files);
  const isOwned = process.getuid?.() === 0 ? isVolumeUid(uid) : uid === process.getuid?.();
  if (!isOwned) throw unusable('damaged', `the files of workspace “${name}” belong to uid ${uid}`);
  await chmod(files, 0o711);
  await openClosedFolders(files);
  await mkdir(marker, { recursive: true, mode: 0o700 });
  return {
    name,
    uid: process.getuid?.() === 0 ? uid : undefined,
    hostPath: files,
    measure: async (bounds, pid) => {
      const use = await measureFolder(files, bounds);
      const hidden = pid === undefined ? 0 : await measureDeleted(pid, dev, bounds.maxBytes);
      return { ...use, bytes: use.bytes + hidden };
    },
    holds: () => Promise.resolve(false),
    detach: () => dropLeft(marker),
  };
}

/** After a volume in use got its name: an image stays mounted where it is, and is told to be in use where it now belongs. */
export async function renameAttached(attached: AttachedVolume, parts: AttachParts): Promise<AttachedVolume> {
  const { layout, name, server } = parts;
  if ((await findVolumeKind(layout, name)) === 'folder') {
    await attached.detach();
    return attachFolder(parts);
  }
  const marker = layout.mountPoint(server, name);
  await mkdir(marker, { mode: 0o700 });
  const detach = async (): Promise<void> => {
    await attached.detach();
    await dropLeft(marker);
  };
  return { ...attached, name, detach };
}

/** What runs inside owns the folder, and may have closed it even to itself. What lies in it is not touched. */
export function openFolder({ hostPath }: AttachedVolume): Promise<void> {
  return chmod(hostPath, 0o711);
}

/** Files that are over their bound already are not made more. */
export async function refuseExcess(volume: AttachedVolume, bounds: VolumeBounds): Promise<void> {
  const excess = findExcess(await volume.measure(bounds), bounds);
  if (excess === undefined) return;
  throw unusable('over-bound', `workspace “${volume.name}” is full: ${describeExcess(excess)}`);
}

async function look(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
}
