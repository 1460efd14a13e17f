import { chown, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

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
}

/** Makes a volume whole before it has its name: whatever happens on the way, a volume is there or it is not. */
export async function makeVolume(layout: VolumeLayout, volume: NewVolume): Promise<void> {
  checkBounds(volume);
  const folder = layout.unfinished(volume.mark);
  try {
    await mkdir(folder, { mode: 0o700 });
    await (volume.kind === 'image' ? fillWithImage(layout, folder, volume) : fillWithFolder(layout, folder));
    await rename(folder, layout.volume(volume.name));
  } catch (thrown) {
    await removeTree(folder);
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return; // another server made it in between
    if (isNoSpace(thrown)) throw unusable('no-space', 'there is no space left for the files', { cause: thrown });
    throw thrown;
  }
}

async function fillWithImage(layout: VolumeLayout, folder: string, volume: NewVolume): Promise<void> {
  const uid = await takeUid(layout);
  const { code, said } = await makeImage(folder, uid, volume);
  if (code === 0) return removeTree(join(folder, 'template'));
  const reason = said.includes('No space left') ? 'no-space' : 'not-mountable';
  throw unusable(reason, `cannot make a file system for workspace “${volume.name}”: ${said}`);
}

async function fillWithFolder(layout: VolumeLayout, folder: string): Promise<void> {
  const files = join(folder, 'files');
  await mkdir(files, { mode: 0o700 });
  if (process.getuid?.() !== 0) return;
  const uid = await takeUid(layout);
  await chown(files, uid, uid);
}
