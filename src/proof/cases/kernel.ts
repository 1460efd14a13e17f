import { holdsDescriptor, holdsItself, holdsNumber } from '../observe/descriptors.ts';
import { eventually, kernelHasLooked, messageCameOut } from '../observe/messages.ts';
import { hasPersonality, isTraced, keyIsListed, maps } from '../observe/process-facts.ts';
import type { ProgramRow } from '../program-case.ts';
import { outside } from '../way.ts';
import { namespaceRows } from './kernel-namespaces.ts';
import { filterRows, optionRows } from './kernel-pools.ts';
import { socketRows } from './kernel-sockets.ts';

const filter = ['system-call-filter'] as const;
/** Both stand in the way, and each holds alone. */
const filterOrRights = {
  stoppedBy: ['system-call-filter', 'dropped-privileges'],
  alone: ['system-call-filter', 'dropped-privileges'],
} as const;
const highBits = 2 ** 40;

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
    ...filterOrRights,
    program: 'surface.bpf_map',
    seen: holdsDescriptor(/bpf-map/, 'a BPF map'),
    asUser: { control: outside() },
    mayBeOutOfReach: true,
  },
  {
    id: 'perf-event',
    title: 'counts what the processor does',
    // Some distributions ask for a right besides.
    stoppedBy: filterOrRights.stoppedBy,
    alone: filter,
    asUser: { control: outside() },
    mayBeOutOfReach: true,
    program: 'surface.perf_event',
    seen: holdsDescriptor(/perf_event/, 'a perf event'),
  },
  {
    id: 'fanotify',
    title: 'watches and holds up who opens files',
    stoppedBy: filter,
    program: 'surface.fanotify',
    seen: holdsDescriptor(/fanotify/, 'a fanotify watch'),
  },
  {
    id: 'inotify',
    title: 'watches who opens files',
    stoppedBy: filter,
    program: 'surface.inotify',
    seen: holdsDescriptor(/inotify/, 'an inotify watch'),
  },
  {
    id: 'secret-memory',
    title: 'takes memory that the kernel itself cannot read, and cannot take back',
    stoppedBy: filter,
    program: 'surface.memfd_secret',
    seen: holdsDescriptor(/secretmem/, 'secret memory'),
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
    id: 'huge-memory-file',
    title: 'takes from the machine’s pool of huge pages by memfd_create()',
    stoppedBy: filter,
    program: 'surface.huge_memfd',
    seen: holdsDescriptor(/memfd:huge/, 'a file of huge pages'),
  },
  {
    id: 'personality',
    title: 'turns off the randomisation of its addresses',
    stoppedBy: filter,
    program: 'surface.personality',
    input: { flag: 0x40000 },
    seen: hasPersonality(0x40000),
  },
  {
    id: 'personality-high-bits',
    title: 'turns it off with bits set that the kernel does not look at',
    stoppedBy: filter,
    program: 'surface.personality',
    input: { flag: 0x40000, high_bits: highBits },
    seen: hasPersonality(0x40000),
  },
  {
    id: 'terminal-input',
    title: 'types into a terminal that it reads from (TIOCSTI)',
    stoppedBy: filter,
    program: 'terminal.type_into',
    input: ({ stage: { nonce } }) => ({ nonce }),
    seen: eventually(messageCameOut),
  },
  {
    id: 'terminal-input-high-bits',
    title: 'types into it with bits set that the kernel does not look at',
    stoppedBy: filter,
    program: 'terminal.type_into',
    input: ({ stage: { nonce } }) => ({ nonce, high_bits: highBits }),
    seen: eventually(messageCameOut),
  },
];

/** Numbers of the processor’s own: there is nothing to attack on another. */
const onlyOnX64 = { absent: () => (process.arch === 'x64' ? undefined : 'this processor has no such way') } as const;

const foreignRows: readonly ProgramRow[] = [
  {
    id: 'foreign-32-bit',
    title: 'calls the kernel by the 32-bit way, where the numbers mean something else',
    stoppedBy: filter,
    program: 'foreign.by_interrupt',
    input: { number: 60 },
    seen: holdsNumber(60),
    ...onlyOnX64,
  },
  {
    id: 'foreign-x32',
    title: 'calls the kernel by the x32 way, past the numbers that a filter knows',
    stoppedBy: filter,
    program: 'foreign.by_x32',
    input: { number: 60 },
    seen: holdsNumber(60),
    ...onlyOnX64,
  },
];

const siblingRows: readonly ProgramRow[] = [
  {
    id: 'trace-sibling',
    title: 'traces another process of its sandbox',
    stoppedBy: filter,
    program: 'siblings.trace',
    seen: isTraced,
  },
  {
    id: 'trace-self',
    title: 'lets a child be traced',
    stoppedBy: filter,
    program: 'siblings.trace_me',
    seen: isTraced,
  },
  {
    id: 'write-sibling',
    title: 'writes into the memory of another process of its sandbox',
    stoppedBy: filter,
    program: 'siblings.write_memory',
    input: ({ stage: { nonce } }) => ({ nonce }),
    seen: eventually(messageCameOut),
  },
  {
    id: 'take-from-sibling',
    title: 'takes a descriptor out of another process of its sandbox',
    stoppedBy: filter,
    program: 'siblings.take_descriptor',
    seen: holdsItself(/eventfd/, 'what the other opened'),
  },
];

const calls: readonly (readonly [id: string, title: string, program: string, needsRights: boolean])[] = [
  ['load-module', 'loads a module into the kernel', 'machine.load_module', true],
  ['load-module-file', 'loads a module from a file', 'machine.load_module_file', true],
  ['load-kernel', 'loads another kernel', 'machine.load_kernel', true],
  ['load-kernel-file', 'loads another kernel from a file', 'machine.load_kernel_file', true],
  ['restart', 'restarts the machine', 'machine.restart', true],
  ['swap', 'swaps to a file of its own', 'machine.swap', true],
  ['kernel-messages', 'reads the kernel’s messages', 'machine.read_log', true],
  ['quota', 'asks for quotas', 'machine.set_quota', false],
  ['compare-processes', 'compares what two processes hold in the kernel', 'machine.compare', false],
  ['move-pages', 'moves memory between the machine’s nodes', 'machine.move_memory', false],
  ['segments', 'makes segments of its own (modify_ldt)', 'machine.change_segments', false],
];

const machineRows = calls.map(([id, title, program, needsRights]): ProgramRow => ({
  id,
  title,
  program,
  seen: kernelHasLooked,
  ...(needsRights ? { stoppedBy: filterOrRights.stoppedBy, alone: ['system-call-filter'] } : { stoppedBy: filter }),
  ...(needsRights ? { asUser: { control: outside() }, mayBeOutOfReach: true } : {}),
  ...(id === 'segments' ? onlyOnX64 : {}),
}));

export const kernelRows: readonly ProgramRow[] = [
  ...namespaceRows,
  ...surfaceRows,
  ...foreignRows,
  ...siblingRows,
  ...machineRows,
  ...socketRows,
  ...filterRows,
  ...optionRows,
];
