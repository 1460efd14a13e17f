import { holdsDescriptor, holdsSocket } from '../observe/descriptors.ts';
import { inOtherNamespace } from '../observe/namespaces.ts';
import { hasPersonality, keyIsListed, maps } from '../observe/process-facts.ts';
import type { ProgramRow } from '../program-case.ts';
import { outside } from '../way.ts';

const filter = ['system-call-filter'] as const;
/** Both stand in the way, and the filter holds alone. */
const filterAndRights = {
  stoppedBy: ['system-call-filter', 'dropped-privileges'],
  alone: ['system-call-filter'],
} as const;

const namespaceRows = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'].map((kind): ProgramRow => ({
  id: `unshare-${kind}`,
  title: `makes a new ${kind} namespace by unshare()`,
  ...filterAndRights,
  program: 'namespaces.unshare',
  input: { kind },
  seen: inOtherNamespace,
}));

const cloneRows = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup'].map((kind): ProgramRow => ({
  id: `clone-${kind}`,
  title: `starts a process in a new ${kind} namespace by clone()`,
  ...filterAndRights,
  program: 'namespaces.clone',
  input: { kind },
  seen: inOtherNamespace,
}));

const surfaceRows: readonly ProgramRow[] = [
  {
    id: 'io-uring',
    title: 'sets up an io_uring',
    stoppedBy: filter,
    program: 'surface.io_uring',
    seen: holdsDescriptor(/io_uring/, 'an io_uring'),
  },
  {
    id: 'userfaultfd',
    title: 'takes page faults into its own hands',
    stoppedBy: filter,
    program: 'surface.userfaultfd',
    seen: holdsDescriptor(/userfaultfd/, 'a userfaultfd'),
  },
  {
    id: 'bpf',
    title: 'makes a map for BPF programs',
    ...filterAndRights,
    program: 'surface.bpf_map',
    seen: holdsDescriptor(/bpf-map/, 'a BPF map'),
    asUser: { control: outside() },
    mayBeOutOfReach: true,
  },
  {
    id: 'perf-event',
    title: 'counts what the processor does',
    stoppedBy: filter,
    program: 'surface.perf_event',
    seen: holdsDescriptor(/perf_event/, 'a perf event'),
  },
  {
    id: 'inotify',
    title: 'watches who opens files',
    stoppedBy: filter,
    program: 'surface.inotify',
    seen: holdsDescriptor(/inotify/, 'an inotify watch'),
  },
  {
    id: 'keyring',
    title: 'keeps a key in the kernel’s keyring',
    stoppedBy: filter,
    program: 'surface.keyring',
    input: ({ stage: { nonce } }) => ({ nonce }),
    seen: keyIsListed,
  },
  {
    id: 'asynchronous-io',
    title: 'takes from the machine’s pool of asynchronous I/O',
    stoppedBy: filter,
    program: 'surface.asynchronous_io',
    seen: maps(/\[aio\]/, 'the ring of asynchronous I/O'),
  },
  {
    id: 'personality',
    title: 'turns off the randomisation of its addresses',
    stoppedBy: filter,
    program: 'surface.personality',
    input: { flag: 0x40000 },
    seen: hasPersonality(0x40000),
  },
];

export const kernelRows: readonly ProgramRow[] = [
  ...namespaceRows,
  ...cloneRows,
  ...surfaceRows,
  {
    id: 'socket-vsock',
    title: 'opens a socket to the hypervisor (AF_VSOCK)',
    stoppedBy: filter,
    program: 'socket_families.open_one',
    input: { domain: 40, kind: 1, protocol: 0 },
    seen: holdsSocket,
  },
];
