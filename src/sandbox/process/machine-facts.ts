import { constants, readFileSync } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** What of this machine decides whether sandboxes can be made, as far as files tell it. */
export interface MachineFacts {
  readonly isRoot: boolean;
  /** Where bubblewrap lies, and whether it takes root's rights when an ordinary user starts it. */
  readonly bubblewrap: { readonly path: string; readonly isSetuid: boolean } | undefined;
  readonly hasSetpriv: boolean;
  /** The engine whose container we run in, as far as it leaves a mark. */
  readonly container: 'docker' | 'podman' | undefined;
  /** The effective capabilities, bit by bit. */
  readonly capabilities: bigint;
  /** Whether a system-call filter holds us ourselves. */
  readonly isFiltered: boolean;
  /** The profile of AppArmor that holds us, where one does. */
  readonly appArmor: string | undefined;
  /** Whether parts of our /proc are covered, or read-only. */
  readonly isProcMasked: boolean;
  readonly areCgroupsReadOnly: boolean;
  readonly sysctls: Readonly<Record<Sysctl, number | undefined>>;
}

const sysctlFiles = {
  'kernel.unprivileged_userns_clone': '/proc/sys/kernel/unprivileged_userns_clone',
  'user.max_user_namespaces': '/proc/sys/user/max_user_namespaces',
  'kernel.apparmor_restrict_unprivileged_userns': '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
} as const;

export type Sysctl = keyof typeof sysctlFiles;

export async function readMachineFacts(): Promise<MachineFacts> {
  const [bubblewrap, setpriv, status, mountinfo] = await Promise.all([
    findProgram('bwrap'),
    findProgram('setpriv'),
    read('/proc/self/status'),
    read('/proc/self/mountinfo'),
  ]);
  const mounts = parseMounts(mountinfo);
  return {
    isRoot: process.getuid?.() === 0,
    bubblewrap: bubblewrap === undefined ? undefined : { path: bubblewrap, isSetuid: await isSetuid(bubblewrap) },
    hasSetpriv: setpriv !== undefined,
    container: await findContainer(),
    capabilities: BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`),
    isFiltered: /^Seccomp:\s*2$/m.test(status),
    appArmor: readProfile(),
    isProcMasked: mounts.some(({ at }) => at.startsWith('/proc/')),
    areCgroupsReadOnly: mounts.some(({ type, isReadOnly }) => type.startsWith('cgroup') && isReadOnly),
    sysctls: readSysctls(),
  };
}

/** In the folders that a launch looks in, and those of this process. */
async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of ['/usr/local/bin', '/usr/bin', '/bin', ...(process.env['PATH'] ?? '').split(delimiter)]) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

async function isSetuid(path: string): Promise<boolean> {
  const { mode, uid } = await stat(path);
  return (mode & 0o4000) !== 0 && uid === 0;
}

async function findContainer(): Promise<MachineFacts['container']> {
  const isThere = (path: string): Promise<boolean> =>
    access(path).then(
      () => true,
      () => false,
    );
  if (await isThere('/.dockerenv')) return 'docker';
  return (await isThere('/run/.containerenv')) ? 'podman' : undefined;
}

function readProfile(): string | undefined {
  for (const path of ['/proc/self/attr/apparmor/current', '/proc/self/attr/current']) {
    const profile = readQuietly(path)?.trim();
    // Only AppArmor says its mode in parentheses; another security module's label is not ours to judge.
    if (profile !== undefined && /^\S.* \((enforce|complain|kill)\)$/.test(profile)) return profile;
  }
  return undefined;
}

function readSysctls(): MachineFacts['sysctls'] {
  const entries = Object.entries(sysctlFiles).map(([name, path]) => {
    const text = readQuietly(path);
    return [name, text === undefined ? undefined : Number(text)];
  });
  return Object.fromEntries(entries) as MachineFacts['sysctls'];
}

interface SeenMount {
  readonly at: string;
  readonly type: string;
  readonly isReadOnly: boolean;
}

function parseMounts(mountinfo: string): SeenMount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , , at, options = ''] = before.split(' ');
    if (at === undefined) return [];
    return [{ at, type: after.split(' ')[0] ?? '', isReadOnly: options.split(',').includes('ro') }];
  });
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function readQuietly(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
