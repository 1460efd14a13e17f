import { chown, mkdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

import { refuseWhenCancelled } from '../../errors.ts';
import { type VolumeBounds, checkBounds } from './bounds.ts';
import { makeImage } from './image.ts';
import type { VolumeLayout } from './layout.ts';
import { removeTree } from './sweep.ts';
import { takeUid } from './uids.ts';
import { isNoSpace, unusable } from './unusable.ts';

export interface NewVolume extends VolumeBounds {
  readonly name: string;
  readonly kind: 'image' | 'folder';
  /** A name of its own for what is half-made, by which a later sweep knows whose it is. */
  readonly mark: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a volume whole before it has its name: whatever happens on the way, a volume is there or it is not.
 *
 * @throws WORKSPACE_UNUSABLE, CANCELLED
 */
export async function makeVolume(layout: VolumeLayout, volume: NewVolume): Promise<void> {
  checkBounds(volume);
  const folder = layout.unfinished(volume.mark);
  const uid = process.getuid?.() === 0 ? await takeUid(layout) : undefined;
  try {
    await mkdir(folder, { mode: 0o700 });
    await (volume.kind === 'folder' || uid === undefined
      ? fillWithFolder(folder, uid)
      : fillWithImage(folder, uid, volume));
    refuseWhenCancelled(volume.signal);
    await rename(folder, layout.volume(volume.name));
  } catch (thrown) {
    await removeTree(folder);
    if (uid !== undefined) await rmdir(layout.uid(uid)).catch(() => undefined);
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return; // another server made it in between
    if (isNoSpace(thrown)) throw unusable('no-space', 'there is no space left for the files', { cause: thrown });
    throw thrown;
  }
}

async function fillWithImage(folder: string, uid: number, volume: NewVolume): Promise<void> {
  const { code, said } = await makeImage(folder, uid, volume);
  if (code === 0) return removeTree(join(folder, 'template'));
  const reason = said.includes('No space left') ? 'no-space' : 'not-mountable';
  throw unusable(reason, `cannot make a file system for workspace “${volume.name}”: ${said}`);
}

async function fillWithFolder(folder: string, uid: number | undefined): Promise<void> {
  const files = join(folder, 'files');
  await mkdir(files, { mode: 0o700 });
  if (uid !== undefined) await chown(files, uid, uid);
}
