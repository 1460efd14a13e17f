/** A cgroup mount as /proc/self/mountinfo tells it. */
export interface CgroupMount {
  readonly version: 1 | 2;
  /** The group that is seen at the mount point. */
  readonly root: string;
  readonly mountPoint: string;
  readonly options: readonly string[];
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

/** The group that /proc/PID/cgroup tells for a controller of version 1, or without one for the unified tree. */
export function findMembership(memberships: string, controller?: string): string | undefined {
  for (const line of memberships.split('\n')) {
    const [hierarchy, names = '', ...path] = line.split(':');
    const isMeant =
      controller === undefined ? hierarchy === '0' && names === '' : names.split(',').includes(controller);
    if (isMeant) return path.join(':');
  }
  return undefined;
}
