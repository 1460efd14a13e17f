import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { groupsFolder, makeWritable } from './folders.ts';
import { type CgroupMount, findMembership, parseCgroupMounts } from './mounts.ts';
import { openUnified } from './unified.ts';

export const controllers = ['memory', 'pids', 'cpu', 'cpuacct'] as const;
export type Controller = (typeof controllers)[number];

/** Where groups with one controller may be made: found controller by controller, as machines mix both versions. */
export type CgroupPlace =
  | { readonly version: 1 | 2; readonly folder: string }
  | { readonly version: 'none'; readonly why: string; readonly remedy?: string };

export type CgroupPlaces = Readonly<Record<Controller, CgroupPlace>>;

/** Looks for every controller and makes the parent folder of our groups where it may. */
export async function findCgroupPlaces(): Promise<CgroupPlaces> {
  const [mountinfo, memberships] = await Promise.all([
    readFile('/proc/self/mountinfo', 'utf8').catch(() => ''),
    readFile('/proc/self/cgroup', 'utf8').catch(() => ''),
  ]);
  const mounts = parseCgroupMounts(mountinfo);
  const places: Partial<Record<Controller, CgroupPlace>> = {};
  const left: Controller[] = [];
  for (const controller of controllers) {
    const legacy = mounts.find((mount) => mount.version === 1 && mount.options.includes(controller));
    if (legacy === undefined) left.push(controller);
    else places[controller] = await openLegacy(legacy, controller, memberships);
  }
  if (left.length === 0) return places as CgroupPlaces;
  return { ...places, ...(await openUnified(mounts, memberships, left)) } as CgroupPlaces;
}

/** Below our own group, so that whatever limits us limits what we start. */
async function openLegacy(mount: CgroupMount, controller: Controller, memberships: string): Promise<CgroupPlace> {
  const own = findMembership(memberships, controller) ?? '/';
  const relative = own.startsWith(mount.root) ? own.slice(mount.root.length) : '';
  const folder = join(mount.mountPoint, relative, groupsFolder);
  const refusal = await makeWritable(folder);
  return refusal === undefined ? { version: 1, folder } : { version: 'none', why: refusal };
}
