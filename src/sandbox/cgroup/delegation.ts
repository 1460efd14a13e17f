import { access, constants, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { selfName } from './folders.ts';
import { isUnitDelegated } from './systemd.ts';

/** A process's group on the unified tree, told apart by who made it. */
export interface Membership {
  /** The group that would be divided: a unit's, or else the process's own. */
  readonly group: string;
  /** The unit of systemd that the group belongs to. */
  readonly unit?: { readonly name: string; readonly managerUid: number | undefined };
}

/**
 * The folder of the group that was handed to this process to divide as it likes, or undefined. Being able to write is
 * not enough: a user may write to every unit of the own systemd, root to all there is.
 */
export async function findDelegated(mountPoint: string, path: string): Promise<string | undefined> {
  const { group, unit } = describeMembership(path);
  const folder = join(mountPoint, group);
  const uid = process.getuid?.() ?? 0;
  if (unit?.managerUid !== undefined) {
    return unit.managerUid === uid && (await isUnitDelegated(unit.name, 'user')) ? folder : undefined;
  }
  if (uid !== 0) return (await wasGivenTo(uid, folder)) ? folder : undefined;
  return unit !== undefined && (await isUnitDelegated(unit.name, 'system')) ? folder : undefined;
}

export function describeMembership(path: string): Membership {
  const own = basename(path);
  if (isUnit(own)) return { group: path, unit: { name: own, managerUid: managerOf(path) } };
  const parent = dirname(path);
  const above = basename(parent);
  // What runs in a delegated unit may stand in a group of its own there, put by systemd or by us.
  if (isUnit(above)) return { group: parent, unit: { name: above, managerUid: managerOf(parent) } };
  return { group: own === selfName ? parent : path };
}

function isUnit(name: string): boolean {
  return /\.(?:service|scope)$/.test(name);
}

/** A user's own systemd runs as user@UID.service, and its units stand below. */
function managerOf(path: string): number | undefined {
  const uid = /\/user@(\d+)\.service\//.exec(path)?.[1];
  return uid === undefined ? undefined : Number(uid);
}

/** Outside of the user's own systemd, only root can have given a group away. */
async function wasGivenTo(uid: number, folder: string): Promise<boolean> {
  try {
    if ((await stat(folder)).uid !== uid) return false;
    for (const file of ['cgroup.procs', 'cgroup.subtree_control']) await access(join(folder, file), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
