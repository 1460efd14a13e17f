import { randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';

import type { VolumeLayout } from './layout.ts';

/** Uids that systemd, containers and subordinate ids all leave alone, and that no sandbox without a volume is given. */
export const volumeUids = { first: 1_879_048_192, last: 2_013_265_919 };

/** Takes a uid that no other volume of this home has, also when two servers look for one at once. */
export async function takeUid(layout: VolumeLayout): Promise<number> {
  for (;;) {
    const uid = randomInt(volumeUids.first, volumeUids.last + 1);
    try {
      await mkdir(layout.uid(uid), { mode: 0o700 });
      return uid;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

export function isVolumeUid(uid: number): boolean {
  return uid >= volumeUids.first && uid <= volumeUids.last;
}
