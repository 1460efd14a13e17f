import { access } from 'node:fs/promises';
import { join } from 'node:path';

import { findDelegated } from './delegation.ts';
import { groupsName, makeWritable, passOn, readWords, vacate } from './folders.ts';
import { handOverRemedy } from './handed-over.ts';
import { type CgroupMount, findMembership } from './mounts.ts';
import type { CgroupPlace, Controller } from './place.ts';
import { hasOwnSystemd, isRuledBySystemd, openSandboxesUnit } from './systemd.ts';

/** A group that is ours to divide, or why there is none. */
type Base = { readonly folder: string } | { readonly why: string; readonly remedy?: string };

/** Finds where our groups may stand on the unified tree, and then opens it controller by controller. */
export async function openUnified(
  mounts: readonly CgroupMount[],
  memberships: string,
): Promise<(controller: Controller) => Promise<CgroupPlace>> {
  const base = await findBase(
    mounts.find(({ version }) => version === 2),
    memberships,
  );
  return async (controller) => {
    if ('why' in base) return { version: 'none', ...base };
    const why = await openController(base.folder, controller);
    return why === undefined ? { version: 2, folder: join(base.folder, groupsName) } : { version: 'none', why };
  };
}

/**
 * What was delegated to us comes first: then what limits us limits what we start. Else root asks systemd for a unit, as
 * the tree is systemd's; only a tree that nobody rules is divided at its root.
 */
async function findBase(mount: CgroupMount | undefined, memberships: string): Promise<Base> {
  if (mount === undefined) return { why: 'no cgroup file system is mounted' };
  const { mountPoint } = mount;
  const offered = await readWords(join(mountPoint, 'cgroup.controllers')).catch((): string[] => []);
  if (offered.length === 0) return { why: `the kernel offers no controllers of cgroup v2 in ${mountPoint}` };
  const own = locate(mount, memberships);
  const delegated = own === undefined ? undefined : await findDelegated(mountPoint, own);
  if (delegated !== undefined) return divide(delegated);
  if (process.getuid?.() !== 0) return refuseUser();
  if (!(await isRuledBySystemd())) return judgeRoot(mountPoint);
  const unit = await openSandboxesUnit(mountPoint);
  return 'why' in unit ? { ...unit, remedy: `Start Belljar by: ${scopeCommand('--scope')}` } : divide(unit.folder);
}

/** Our own group below the mount point, where it is to be seen there. */
function locate({ root }: CgroupMount, memberships: string): string | undefined {
  const own = findMembership(memberships);
  if (own === undefined || own.startsWith('/..')) return undefined;
  if (root === '/') return own;
  return own === root || own.startsWith(`${root}/`) ? own.slice(root.length) || '/' : undefined;
}

async function divide(folder: string): Promise<Base> {
  try {
    await vacate(folder);
    return { folder };
  } catch (error) {
    return { why: `cannot move what runs in ${folder} aside: ${(error as Error).message}` };
  }
}

async function refuseUser(): Promise<Base> {
  const why = 'the cgroup that Belljar was started in is not delegated to this user';
  if (!(await hasOwnSystemd())) return { why, remedy: handOverRemedy() };
  const command = scopeCommand('--user --scope');
  return { why, remedy: `Start Belljar as root, or where cgroups are delegated to this user: ${command}` };
}

function scopeCommand(kind: string): string {
  return `systemd-run ${kind} -p Delegate=yes ./belljar run FILE`;
}

/** The root of the machine may hold processes and pass controllers on; that of a container may not do both. */
async function judgeRoot(mountPoint: string): Promise<Base> {
  const isMachine = await access(join(mountPoint, 'cgroup.type')).then(
    () => false,
    () => true,
  );
  if (isMachine || (await readWords(join(mountPoint, 'cgroup.procs'))).length === 0) return { folder: mountPoint };
  return {
    why: `${mountPoint} is the group of a container, which holds processes and so cannot be divided`,
    remedy: `Have the container’s first program move itself to a group below ${mountPoint} before it starts anything, with that folder writable.`,
  };
}

async function openController(base: string, controller: Controller): Promise<string | undefined> {
  const folder = join(base, groupsName);
  // CPU time is counted in every group, without a controller.
  if (controller === 'cpuacct') return makeWritable(folder);
  const offered = await readWords(join(base, 'cgroup.controllers')).catch((): string[] => []);
  if (!offered.includes(controller)) return `the ${controller} controller is not passed on to ${base}`;
  return (await passOn(base, controller)) ?? (await makeWritable(folder)) ?? (await passOn(folder, controller));
}
