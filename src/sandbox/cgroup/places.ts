import { access, constants, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const controllers = ['memory', 'pids', 'cpu', 'cpuacct'] as const;
export type Controller = (typeof controllers)[number];

/** Where groups with one controller may be made: found controller by controller, as machines mix both versions. */
export type CgroupPlace =
  { readonly version: 1 | 2; readonly folder: string } | { readonly version: 'none'; readonly why: string };

export type CgroupPlaces = Readonly<Record<Controller, CgroupPlace>>;

/** The cgroup mounts as /proc/self/mountinfo tells them. */
interface CgroupMount {
  readonly version: 1 | 2;
  readonly root: string;
  readonly mountPoint: string;
  readonly options: readonly string[];
}

const groupName = 'belljar';

/** Looks for every controller and makes the parent folder of our groups where it may. */
export async function findCgroupPlaces(): Promise<CgroupPlaces> {
  const [mountinfo, memberships] = await Promise.all([
    readFile('/proc/self/mountinfo', 'utf8').catch(() => ''),
    readFile('/proc/self/cgroup', 'utf8').catch(() => ''),
  ]);
  const mounts = parseCgroupMounts(mountinfo);
  const unified = findUnified(mounts);
  const places: Partial<Record<Controller, CgroupPlace>> = {};
  for (const controller of controllers) {
    const legacy = mounts.find((mount) => mount.version === 1 && mount.options.includes(controller));
    places[controller] =
      legacy === undefined ? await unified(controller) : await openLegacy(legacy, controller, memberships);
  }
  return places as CgroupPlaces;
}

export function parseCgroupMounts(mountinfo: string): CgroupMount[] {
  const mounts: CgroupMount[] = [];
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', mountPoint = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup') mounts.push({ version: 1, root, mountPoint, options: options.split(',') });
    if (type === 'cgroup2') mounts.push({ version: 2, root, mountPoint, options: [] });
  }
  return mounts;
}

/** Below our own group, so that whatever limits us limits what we start. */
async function openLegacy(mount: CgroupMount, controller: Controller, memberships: string): Promise<CgroupPlace> {
  const own = ownPath(memberships, controller);
  const relative = own.startsWith(mount.root) ? own.slice(mount.root.length) : '';
  const folder = join(mount.mountPoint, relative, groupName);
  const refusal = await makeWritable(folder);
  return refusal === undefined ? { version: 1, folder } : { version: 'none', why: refusal };
}

function ownPath(memberships: string, controller: Controller): string {
  for (const line of memberships.split('\n')) {
    const [, names = '', path = '/'] = line.split(':');
    if (names.split(',').includes(controller)) return path;
  }
  return '/';
}

/**
 * On the unified tree a group with processes of its own cannot pass controllers on, so our groups stand below the
 * root of the tree (root of the machine), where that rule does not hold.
 */
function findUnified(mounts: readonly CgroupMount[]): (controller: Controller) => Promise<CgroupPlace> {
  const mount = mounts.find(({ version }) => version === 2);
  return async (controller) => {
    if (mount === undefined) return { version: 'none', why: 'no cgroup file system with this controller is mounted' };
    // cpuacct became part of every group: cpu.stat counts without a controller.
    const wanted = controller === 'cpuacct' ? 'cpu' : controller;
    const offered = await readFile(join(mount.mountPoint, 'cgroup.controllers'), 'utf8').catch(() => '');
    if (!offered.trim().split(' ').includes(wanted)) {
      return { version: 'none', why: `the kernel offers no ${wanted} controller on cgroup v2 here` };
    }
    const folder = join(mount.mountPoint, groupName);
    const refusal =
      (await passOn(mount.mountPoint, wanted)) ?? (await makeWritable(folder)) ?? (await passOn(folder, wanted));
    return refusal === undefined ? { version: 2, folder } : { version: 'none', why: refusal };
  };
}

async function passOn(folder: string, controller: string): Promise<string | undefined> {
  const file = join(folder, 'cgroup.subtree_control');
  try {
    const enabled = await readFile(file, 'utf8');
    if (!enabled.trim().split(' ').includes(controller)) await writeFile(file, `+${controller}`);
    return undefined;
  } catch (error) {
    return `cannot pass the ${controller} controller on in ${folder}: ${(error as Error).message}`;
  }
}

async function makeWritable(folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    return `cannot make groups in ${folder}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
  }
}
