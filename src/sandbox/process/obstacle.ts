import { type MachineFacts, readMachineFacts } from './machine-facts.ts';

/** What keeps the backend from working at all, and what would help. */
export interface Obstacle {
  readonly why: string;
  readonly remedy: string;
}

/** Cheap enough to ask at every launch: what files tell is read once, as long as nothing is missing. */
export async function findObstacle(): Promise<Obstacle | undefined> {
  if (process.platform !== 'linux') return offLinux(process.platform);
  facts ??= readMachineFacts();
  const obstacle = judgeFacts(await facts);
  if (obstacle !== undefined) facts = undefined; // what is missing may be installed meanwhile
  return obstacle;
}

let facts: Promise<MachineFacts> | undefined;

/** Says what stands behind the words of a bubblewrap that failed. */
export async function explainFailure(said: string): Promise<Obstacle> {
  return judgeFailure(await readMachineFacts(), said);
}

/** What is sure to be in the way, whatever a trial would say. */
export function judgeFacts(machine: MachineFacts): Obstacle | undefined {
  if (machine.bubblewrap === undefined) {
    return {
      why: 'bubblewrap is not installed',
      remedy: 'Install it: apt-get install bubblewrap (or dnf, pacman, apk).',
    };
  }
  return machine.isRoot ? judgeRoot(machine) : judgeUser(machine, machine.bubblewrap);
}

function offLinux(platform: string): Obstacle {
  return {
    why: `Linux namespaces do not exist on ${platform}`,
    remedy: 'Run it on Linux, or in a Linux virtual machine.',
  };
}

/** The rights that root needs to make a sandbox, by the kernel's numbers; containers are seldom given the first two. */
const neededCapabilities = { SYS_ADMIN: 21, NET_ADMIN: 12, SETUID: 7, SETGID: 6, SETPCAP: 8, KILL: 5 } as const;

function judgeRoot(machine: MachineFacts): Obstacle | undefined {
  if (!machine.hasSetpriv) return { why: 'setpriv is not installed', remedy: 'Install util-linux.' };
  const lacking = lackingCapabilities(machine);
  if (lacking.length === 0) return undefined;
  const why = `root lacks ${lacking.map((name) => `CAP_${name}`).join(', ')} here, without which it cannot make sandboxes`;
  return { why: machine.container === undefined ? why : `${why}: this is a container`, remedy: moreRights(machine) };
}

function lackingCapabilities({ capabilities }: MachineFacts): string[] {
  return Object.entries(neededCapabilities).flatMap(([name, bit]) =>
    (capabilities & (1n << BigInt(bit))) === 0n ? [name] : [],
  );
}

function judgeUser({ sysctls }: MachineFacts, bubblewrap: { path: string; isSetuid: boolean }): Obstacle | undefined {
  if (bubblewrap.isSetuid) {
    return {
      why: `${bubblewrap.path} is set-user-id root, and then refuses to bound the file systems it makes`,
      remedy: `Let the kernel make the namespaces instead, as root: chmod u-s ${bubblewrap.path}`,
    };
  }
  for (const [name, value, enough] of [
    ['kernel.unprivileged_userns_clone', 0, 1],
    ['user.max_user_namespaces', 0, 15_000],
  ] as const) {
    if (sysctls[name] !== value) continue;
    return {
      why: `this machine forbids user namespaces to ordinary users (${name} is ${value})`,
      remedy: `As root: echo '${name} = ${enough}' >/etc/sysctl.d/60-belljar.conf && sysctl --system. Or start Belljar as root.`,
    };
  }
  return undefined;
}

/** Which of what could be in the way it was, told by the words of bubblewrap. */
export function judgeFailure(machine: MachineFacts, said: string): Obstacle {
  const why = said.trim();
  if (/unknown option/i.test(why)) {
    return {
      why: `bubblewrap is too old (${why})`,
      remedy: 'Install bubblewrap 0.8 or newer.',
    };
  }
  const isRefused = /not permitted|permission denied|no permissions|No child processes/i.test(why);
  if (isRefused && machine.container !== undefined)
    return { why: `${why}: this is a container`, remedy: moreRights(machine) };
  const restricted = machine.sysctls['kernel.apparmor_restrict_unprivileged_userns'] === 1;
  if (isRefused && !machine.isRoot && restricted) {
    return {
      why: `${why} (kernel.apparmor_restrict_unprivileged_userns is 1)`,
      remedy: `Allow bubblewrap the namespaces by a profile, as root: ${writeProfile(machine.bubblewrap?.path)}. Or start Belljar as root.`,
    };
  }
  if (/No space left on device/.test(why)) {
    return {
      why,
      remedy: 'The machine’s limit on namespaces is reached: sysctl user.max_user_namespaces, and its kin.',
    };
  }
  return { why, remedy: 'Try bubblewrap by itself: bwrap --ro-bind / / --unshare-all --proc /proc --dev /dev true' };
}

function writeProfile(path = '/usr/bin/bwrap'): string {
  const profile = `abi <abi/4.0>,\\nprofile bwrap ${path} flags=(unconfined) { userns, }\\n`;
  return `printf '${profile}' >/etc/apparmor.d/bwrap && apparmor_parser -r /etc/apparmor.d/bwrap`;
}

/** The smallest set of flags with which the container's engine gives what is missing. */
function moreRights(machine: MachineFacts): string {
  if (machine.container === undefined) return 'Start Belljar as a root that has them.';
  const unconfined = [
    ...(machine.isFiltered ? ['seccomp'] : []),
    ...(machine.appArmor === undefined ? [] : ['apparmor']),
    // The kernel lets a user namespace mount a /proc only where it hides no less than the one that is seen.
    ...(!machine.isRoot && machine.isProcMasked ? [machine.container === 'docker' ? 'systempaths' : 'unmask'] : []),
  ];
  const flags = [
    ...(machine.isRoot ? lackingCapabilities(machine).map((name) => `--cap-add ${name}`) : []),
    ...unconfined.map((what) => `--security-opt ${what}=${what === 'unmask' ? 'ALL' : 'unconfined'}`),
    ...(machine.areCgroupsReadOnly ? ['--volume /sys/fs/cgroup:/sys/fs/cgroup:rw'] : []),
  ];
  return `Start the container with more: ${machine.container} run ${flags.join(' ')} IMAGE`;
}
