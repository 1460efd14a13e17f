import { capabilityNames } from '../../policy/index.ts';
import type { CgroupPlace, CgroupPlaces } from '../cgroup/index.ts';
import type { CapabilityName, CapabilityReport } from '../contract.ts';
import type { VolumeLease } from '../volumes/index.ts';
import type { DiskTrial } from './try-disk.ts';
import type { IsolationTrial } from './try-isolation.ts';

const delegationRemedy = 'Start Belljar as root, or where cgroups are delegated to this user.';

/**
 * What is enforced. Without a trial (at every launch, where time counts) only what can be known without starting
 * anything is judged: bubblewrap itself fails where it cannot isolate.
 */
export function assessCapabilities(means: Means, trial?: IsolationTrial): CapabilityReport[] {
  return capabilityNames.map((name) => ({ name, ...assessors[name](means, trial) }));
}

/** What the backend has to enforce with. */
export interface Means {
  readonly places: CgroupPlaces;
  readonly hasFilter: boolean;
  /** The files of a workspace that a launch shows. */
  readonly files?: VolumeLease | undefined;
  /** How the bound of such files held when it was tried. */
  readonly disk?: DiskTrial | undefined;
}

type Assessment = Omit<CapabilityReport, 'name'>;
type Assessor = (means: Means, trial: IsolationTrial | undefined) => Assessment;

const assessors: Readonly<Record<CapabilityName, Assessor>> = {
  filesystem: (_, trial) =>
    isolated(
      trial,
      trial?.seesHostFiles === false,
      'a root of its own, read-only; the host’s homes, /etc and mounts are absent',
    ),
  'network-off': (_, trial) =>
    isolated(trial, hasLoopbackOnly(trial), 'a network namespace with nothing but its own loopback'),
  'egress-rules': (_, trial) =>
    isolated(
      trial,
      hasLoopbackOnly(trial),
      'what the policy opens is reached by one proxy alone, which checks name, address and first bytes',
    ),
  privileges: (_, trial) =>
    isolated(
      trial,
      trial?.hasCapabilities === false && trial.hasNoNewPrivileges,
      'no capabilities, no way to new ones',
    ),
  'own-uid': () =>
    process.getuid?.() === 0
      ? enforced('each sandbox has a uid of its own')
      : {
          status: 'degraded',
          why: 'sandboxes share the uid of the user who runs Belljar, apart by namespaces only',
          remedy: 'Start Belljar as root for a uid of its own per sandbox.',
        },
  'memory-limit': ({ places: { memory } }, trial) =>
    limited(memory, trial?.memoryIsLimited, 'memory and swap are limited by cgroup'),
  'process-limit': ({ places: { pids } }, trial) =>
    limited(pids, trial?.processesAreLimited, 'processes and threads are limited by cgroup'),
  'cpu-limit': ({ places: { cpu } }) => limited(cpu, undefined, 'CPU bandwidth is limited by cgroup'),
  'cpu-time-limit': ({ places: { cpuacct } }) =>
    limited(cpuacct, undefined, 'CPU time is bounded, and counted by cgroup'),
  'wall-time-limit': () => enforced('a clock on the host ends every process of the sandbox'),
  'disk-limit': ({ files, disk }) => {
    if (files?.isHard === false) return { status: 'degraded', why: 'the files of this workspace are only watched' };
    return disk === undefined ? enforced('all that is writable is a file system of bounded size') : assessDisk(disk);
  },
  'system-call-filter': ({ hasFilter }, trial) =>
    hasFilter
      ? isolated(trial, trial?.hasFilter === true, 'an allowlist of system calls, killing those of foreign ABIs')
      : { status: 'missing', why: `there is no table of system calls for ${process.arch}` },
};

function assessDisk({ means, holds, why }: DiskTrial): Assessment {
  if (means.kind === 'folder') {
    const watched = 'scratch is a bounded memory file system, but the files of a workspace are only watched';
    return { status: 'degraded', why: `${watched}: ${means.why}`, remedy: means.remedy };
  }
  if (holds) return enforced(`scratch is a bounded memory file system, each workspace an image of fixed size (${why})`);
  return { status: 'missing', why };
}

function enforced(why: string): Assessment {
  return { status: 'enforced', why };
}

function isolated(trial: IsolationTrial | undefined, holds: boolean, why: string): Assessment {
  if (trial === undefined || (trial.works && holds)) return enforced(why);
  return { status: 'missing', why: trial.works ? 'a trial on this machine showed otherwise' : trial.why };
}

function hasLoopbackOnly(trial: IsolationTrial | undefined): boolean {
  return trial?.interfaces.every((name) => name === 'lo') === true;
}

function limited(place: CgroupPlace, tried: boolean | undefined, why: string): Assessment {
  if (place.version === 'none') return { status: 'missing', why: place.why, remedy: place.remedy ?? delegationRemedy };
  if (tried === false) return { status: 'missing', why: 'a trial on this machine went past the limit' };
  if (place.leaves === 'swap') {
    return {
      status: 'degraded',
      why: 'memory is limited by cgroup, but this machine has swap, which its kernel does not count',
      remedy: 'Start the kernel with swapaccount=1, or turn swap off: swapoff -a',
    };
  }
  return enforced(`${why} v${place.version}`);
}
