import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { groupsName, makeWritable } from './folders.ts';
import { countsSwap, findHandedOver, findRemedy } from './handed-over.ts';
import { type CgroupMount, findMembership, parseCgroupMounts } from './mounts.ts';
import { type CgroupPlace, type CgroupPlaces, type Controller, controllers } from './place.ts';
import { openUnified } from './unified.ts';

/** Looks for every controller and makes the parent folder of our groups where it may. */
export async function findCgroupPlaces(): Promise<CgroupPlaces> {
  const [mountinfo, memberships] = await Promise.all([
    readFile('/proc/self/mountinfo', 'utf8').catch(() => ''),
    readFile('/proc/self/cgroup', 'utf8').catch(() => ''),
  ]);
  const mounts = parseCgroupMounts(mountinfo);
  const places = new Map<Controller, CgroupPlace>();
  for (const controller of controllers) {
    const legacy = mounts.find(({ version, options }) => version === 1 && options.includes(controller));
    if (legacy !== undefined) places.set(controller, await openLegacy(legacy, controller, memberships));
  }
  const others = controllers.filter((controller) => !places.has(controller));
  if (others.length > 0) {
    const open = await openUnified(mounts, memberships);
    for (const controller of others) places.set(controller, await open(controller));
  }
  const memory = places.get('memory');
  if (memory !== undefined && memory.version !== 'none' && !(await countsSwap(memory.folder))) {
    places.set('memory', { ...memory, leaves: 'swap' });
  }
  return Object.fromEntries(places) as CgroupPlaces;
}

/** Below our own group, so that whatever limits us limits what we start. */
async function openLegacy(mount: CgroupMount, controller: Controller, memberships: string): Promise<CgroupPlace> {
  const own = findMembership(memberships, controller) ?? '/';
  const relative = own.startsWith(mount.root) ? own.slice(mount.root.length) : '';
  const folder = join(mount.mountPoint, relative, groupsName);
  const why = await makeWritable(folder);
  if (why === undefined) return { version: 1, folder };
  // Else what root handed over to this user, once for all sessions: wherever these stand, the way there is open on version 1.
  const handedOver = await findHandedOver(mount.mountPoint);
  if (handedOver !== undefined) return { version: 1, folder: handedOver };
  const remedy = await findRemedy(why);
  return { version: 'none', why, ...(remedy === undefined ? {} : { remedy }) };
}
