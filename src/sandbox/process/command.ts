import type { LaunchSpec } from '../contract.ts';
import { type AccountFile, writeAccounts } from './accounts.ts';
import type { Identity } from './identity.ts';
import type { Lifted } from './protection.ts';

/** What is to be started: the command line, and bubblewrap's options, which travel on a descriptor of their own. */
export interface LaunchCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** Separated by NUL; kept off the command line, where every user of the machine could read the environment. */
  readonly bubblewrapOptions: string;
  /** The system-call filter, which bubblewrap reads from a descriptor of its own. */
  readonly filter: Buffer | undefined;
  /** Who the sandbox's uid is, read by bubblewrap from descriptors of their own. */
  readonly accounts: readonly AccountFile[];
}

export interface CommandParts {
  readonly spec: LaunchSpec;
  readonly identity: Identity;
  /** The arguments of bubblewrap that build the root. */
  readonly root: readonly string[];
  readonly joinFiles: readonly string[];
  readonly filter: Buffer | undefined;
  readonly lifted: Lifted;
  /** Whether the CPU time of all processes together is counted. */
  readonly countsCpu: boolean;
}

/** Descriptor of bubblewrap's options, and of the control stream before it becomes standard input and output. */
export const optionsDescriptor = 3;
export const controlDescriptor = 4;
export const filterDescriptor = 5;
export const accountsDescriptor = 6;

/** Joins the cgroups and sets the limits before anything else exists, so that nothing starts outside of them. */
const preamble = `
while [ "$1" != -- ]; do echo 0 >"$1" || exit 121; shift; done
shift
while [ "$1" != -- ]; do ulimit "$1" "$2" 2>/dev/null; shift 2; done
shift
exec "$@"
`;

/** Set by the last of the options, so that it is there only where all of them were read. */
const wholeMark = 'BELLJAR_WHOLE';

/**
 * Only inside does the control stream become standard input and output: bubblewrap's own process on the host closes
 * what it does not know, but would keep these, and the stream would not end when the program closes it. A host that is
 * killed while it writes the options leaves bubblewrap with the first few of them: then nothing starts.
 */
const takeControl = [
  '/bin/sh',
  '-c',
  `[ "$${wholeMark}" = yes ] || exit 122
unset ${wholeMark}
exec "$@" <&${controlDescriptor} >&${controlDescriptor} ${controlDescriptor}>&-`,
  'belljar',
];

/** ulimit counts files in blocks of this size. */
const ulimitBlockBytes = 512;

export function buildCommand(parts: CommandParts): LaunchCommand {
  const { spec, identity, root, joinFiles, filter, lifted } = parts;
  const accounts = lifted.has('private-root') ? [] : writeAccounts(identity, accountsDescriptor);
  const bubblewrap = [
    'bwrap',
    '--args',
    String(optionsDescriptor),
    '--',
    ...takeControl,
    ...(lifted.has('dropped-privileges') ? [] : dropPrivileges(identity)),
    ...spec.argv,
  ];
  const options = [
    ...isolate(lifted, spec.reaper === true),
    ...identityOptions(identity, lifted),
    ...(filter === undefined ? [] : ['--seccomp', String(filterDescriptor)]),
    ...root,
    ...accounts.flatMap(({ descriptor, at }) => ['--perms', '0444', '--ro-bind-data', String(descriptor), at]),
    ...Object.entries(spec.env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--chdir', spec.workingDirectory],
    ...['--setenv', wholeMark, 'yes'],
  ];
  return {
    file: '/bin/sh',
    args: ['-c', preamble, 'belljar', ...joinFiles, '--', ...resourceLimits(parts), '--', ...bubblewrap],
    bubblewrapOptions: options.map((option) => `${option}\0`).join(''),
    filter,
    accounts,
  };
}

/** As the options of ulimit take them. */
function resourceLimits({ spec: { limits }, lifted, countsCpu }: CommandParts): string[] {
  const fileBlocks = Math.ceil(limits.fileBytes / ulimitBlockBytes);
  const files = ['-c', '0', '-n', String(limits.openFiles), '-f', String(fileBlocks)];
  // Each process alone, and never to count anew: only where nobody counts the sum.
  const time = ['-t', String(Math.ceil(limits.cpuTimeMs / 1000) + 1)];
  const isTimed = !countsCpu && !lifted.has('cpu-time-limit');
  return [...(lifted.has('resource-limits') ? [] : files), ...(isTimed ? time : [])];
}

const namespaces = [
  ['pid-namespace', '--unshare-pid'],
  ['network-namespace', '--unshare-net'],
  ['ipc-namespace', '--unshare-ipc'],
  ['uts-namespace', '--unshare-uts'],
] as const;

function isolate(lifted: Lifted, hasReaper: boolean): string[] {
  return [
    ...namespaces.flatMap(([protection, option]) => (lifted.has(protection) ? [] : [option])),
    '--unshare-cgroup-try',
    ...(lifted.has('uts-namespace') ? [] : ['--hostname', 'belljar']),
    '--die-with-parent',
    ...(lifted.has('session-of-its-own') ? [] : ['--new-session']),
    ...(lifted.has('pid-namespace') || hasReaper ? [] : ['--as-pid-1']),
    ...(lifted.has('empty-environment') ? [] : ['--clearenv']),
  ];
}

function identityOptions(identity: Identity, lifted: Lifted): string[] {
  if (identity.kind === 'user-namespace') {
    if (lifted.has('dropped-privileges')) return ['--unshare-user', '--uid', '0', '--gid', '0', '--cap-add', 'ALL'];
    return ['--unshare-user', '--disable-userns', '--uid', '1000', '--gid', '1000', '--cap-drop', 'ALL'];
  }
  if (lifted.has('dropped-privileges')) return ['--cap-add', 'ALL'];
  const needed = ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'];
  return ['--cap-drop', 'ALL', ...needed.flatMap((name) => ['--cap-add', name])];
}

/** A change of uid clears the parent-death signal, so it is asked for once more. */
function dropPrivileges(identity: Identity): string[] {
  if (identity.kind === 'user-namespace') return [];
  const uid = String(identity.uid);
  return [
    '/usr/bin/setpriv',
    ...['--reuid', uid, '--regid', uid, '--clear-groups'],
    ...['--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all', '--no-new-privs'],
    ...['--pdeathsig', 'KILL', '--'],
  ];
}
