import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { refuseWhenCancelled } from '../../errors.ts';
import { removeTree } from '../assemble/remove-tree.ts';
import { isForRoom } from '../sealed/unkept.ts';
import type { BuildEnvironment } from './construct.ts';

/** Who sees to it that there is room for what is built. */
export interface MakeRoom {
  readonly beforeBuild: (signal: AbortSignal) => Promise<void>;
  /** Resolves to whether there is more of it than before. */
  readonly whenFull: (signal: AbortSignal) => Promise<boolean>;
}

/** A build that keeps within the budget, and is tried once more where the disk was full and room could be made. */
export function withRoom(build: BuildEnvironment, room: MakeRoom | undefined): BuildEnvironment {
  if (room === undefined) return build;
  return async (folder, tools) => {
    await room.beforeBuild(tools.signal);
    try {
      return await build(folder, tools);
    } catch (error) {
      refuseWhenCancelled(tools.signal);
      if (!isForRoom(error)) throw error;
      await emptyFolder(folder);
      if (!(await room.whenFull(tools.signal))) throw error;
      return build(folder, tools);
    }
  };
}

async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await removeTree(join(folder, name));
}
