import { holdsDescriptor } from '../observe/descriptors.ts';
import { changedMounts, inOtherNamespace } from '../observe/namespaces.ts';
import type { ProgramRow } from '../program-case.ts';
import { sleepingVictim } from '../victim.ts';

/** Both stand in the way, and the filter holds alone. */
const filterAndRights = {
  stoppedBy: ['system-call-filter', 'dropped-privileges'],
  alone: ['system-call-filter'],
} as const;
/** Each of them holds alone. */
const filterOrRights = { ...filterAndRights, alone: ['system-call-filter', 'dropped-privileges'] } as const;

const kinds = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'] as const;
/** It takes no rights to make a user namespace; and clone() cannot make one of time. */
const limbOf = (kind: string): typeof filterAndRights | typeof filterOrRights =>
  kind === 'user' ? filterAndRights : filterOrRights;

const makingRows = kinds.flatMap((kind): ProgramRow[] => [
  {
    id: `unshare-${kind}`,
    title: `makes a new ${kind} namespace by unshare()`,
    ...limbOf(kind),
    program: 'namespaces.unshare',
    input: { kind },
    seen: inOtherNamespace,
  },
  {
    id: `clone3-${kind}`,
    title: `starts a process in a new ${kind} namespace by clone3(), whose flags a filter cannot read`,
    ...limbOf(kind),
    program: 'namespaces.clone3',
    input: { kind },
    seen: inOtherNamespace,
  },
]);

const cloneRows = kinds.slice(0, -1).map((kind): ProgramRow => ({
  id: `clone-${kind}`,
  title: `starts a process in a new ${kind} namespace by clone()`,
  ...limbOf(kind),
  program: 'namespaces.clone',
  input: { kind },
  seen: inOtherNamespace,
}));

const mountings: readonly (readonly [id: string, title: string, program: string, input?: Record<string, string>])[] = [
  ['mount-tmpfs', 'mounts a file system without bound', 'mounts.mount_new', { kind: 'tmpfs' }],
  ['mount-proc', 'mounts a /proc that can be written to', 'mounts.mount_new', { kind: 'proc' }],
  ['mount-groups', 'mounts the control groups, from which programs of the host are called', 'mounts.mount_groups'],
  ['mount-bind', 'covers one folder with another', 'mounts.bind'],
  ['mount-move', 'moves a mount', 'mounts.move'],
  ['mount-writable', 'makes its root writable again', 'mounts.make_writable'],
  ['mount-writable-anew', 'makes its root writable again by the new call', 'mounts.make_writable_anew'],
  ['unmount', 'takes a mount away from over what it covers', 'mounts.unmount'],
  ['pivot-root', 'puts its root elsewhere', 'mounts.pivot'],
];

const mountRows = mountings.map(([id, title, program, input = {}]): ProgramRow => ({
  id,
  title,
  ...filterOrRights,
  program,
  input,
  seen: changedMounts,
}));

const contextRows: readonly ProgramRow[] = [
  {
    id: 'mount-context',
    title: 'begins a new file system by fsopen()',
    ...filterOrRights,
    program: 'mounts.open_context',
    seen: holdsDescriptor(/fscontext/, 'a file system that is being made'),
  },
  {
    id: 'mount-pick',
    title: 'takes hold of a file system by fspick()',
    ...filterOrRights,
    program: 'mounts.pick_context',
    seen: holdsDescriptor(/fscontext/, 'a file system that is being changed'),
  },
  {
    id: 'mount-clone',
    title: 'makes a copy of a mount that hangs nowhere, by open_tree()',
    ...filterOrRights,
    program: 'mounts.clone_tree',
    seen: holdsDescriptor(/^\/$/, 'a mount that hangs nowhere'),
  },
];

export const namespaceRows: readonly ProgramRow[] = [
  ...makingRows,
  ...cloneRows,
  {
    id: 'clone-user-high-bits',
    title: 'makes a user namespace by clone(), with bits set that the kernel does not look at',
    ...filterAndRights,
    program: 'namespaces.clone',
    input: { kind: 'user', high_bits: 2 ** 40 },
    seen: inOtherNamespace,
  },
  {
    id: 'enter-network',
    title: 'enters the network namespace of a process of the host',
    stoppedBy: ['system-call-filter', 'pid-namespace', 'dropped-privileges'],
    alone: ['system-call-filter', 'pid-namespace', 'dropped-privileges'],
    program: 'namespaces.enter',
    input: async (preparation) => ({ kind: 'net', ...(await sleepingVictim(preparation)) }),
    seen: inOtherNamespace,
    asUser: { absent: 'outside the glass too the kernel lets none but root enter a namespace of the machine' },
  },
  ...mountRows,
  ...contextRows,
];
