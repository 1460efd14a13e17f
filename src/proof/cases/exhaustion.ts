import {
  bandwidthPastLimit,
  coreWasLeft,
  cpuTimePastLimit,
  descriptorsPastLimit,
  filePastLimit,
  livesPastTime,
  memoryPastLimit,
  outputPastLimit,
  processesPastLimit,
  somethingLivesOn,
  spacePastLimit,
} from '../observe/limits.ts';
import type { ProgramRow } from '../program-case.ts';
import { outside, withoutLimit } from '../way.ts';

const mebibyte = 1 << 20;
/** Small, so that the control goes past it without taking what others need. */
const smallMemory = { memoryBytes: 48 * mebibyte } as const;
const aboutMemory = { stoppedBy: ['memory-limit'], requires: 'memory-limit', seen: memoryPastLimit } as const;

const memoryRows: readonly ProgramRow[] = [
  {
    id: 'memory',
    title: 'takes more memory than it was given',
    ...aboutMemory,
    program: 'exhaustion.memory',
    input: { size: 96 * mebibyte },
    limits: smallMemory,
  },
  {
    id: 'memory-of-many',
    title: 'takes it in many processes, each within the limit',
    ...aboutMemory,
    program: 'exhaustion.memory_of_many',
    input: { count: 6, size: 16 * mebibyte },
    limits: smallMemory,
  },
  {
    id: 'memory-in-files',
    title: 'takes it as files in its memory file system',
    ...aboutMemory,
    program: 'exhaustion.disk',
    input: { size: 96 * mebibyte },
    limits: { ...smallMemory, fileBytes: 128 * mebibyte },
    scratchBytes: 128 * mebibyte,
  },
  {
    id: 'memory-in-names',
    title: 'takes it as countless empty files',
    ...aboutMemory,
    program: 'exhaustion.files',
    input: { count: 60_000 },
    limits: smallMemory,
  },
  {
    id: 'memory-in-page-tables',
    title: 'takes it as page tables, by touching a page here and there',
    ...aboutMemory,
    program: 'exhaustion.page_tables',
    input: { pages: 12_000 },
    limits: smallMemory,
  },
  {
    id: 'memory-in-pipes',
    title: 'takes it as full pipes',
    ...aboutMemory,
    program: 'exhaustion.pipes',
    input: { count: 1000 },
    limits: { ...smallMemory, openFiles: 4096 },
  },
  {
    id: 'memory-in-sockets',
    title: 'takes it as full sockets',
    ...aboutMemory,
    program: 'exhaustion.sockets',
    input: { count: 600 },
    limits: { ...smallMemory, openFiles: 4096 },
  },
  {
    id: 'memory-in-shared-segments',
    title: 'takes it as shared memory that no process holds',
    ...aboutMemory,
    program: 'exhaustion.segments',
    input: { count: 6, size: 16 * mebibyte },
    limits: smallMemory,
  },
];

const countRows: readonly ProgramRow[] = [
  {
    id: 'processes',
    title: 'forks more processes than it was given',
    stoppedBy: ['process-limit'],
    requires: 'process-limit',
    program: 'exhaustion.processes',
    input: { count: 48 },
    limits: { processes: 16 },
    seen: processesPastLimit,
  },
  {
    id: 'threads',
    title: 'starts more threads than it was given',
    stoppedBy: ['process-limit'],
    requires: 'process-limit',
    program: 'exhaustion.threads',
    input: { count: 48 },
    limits: { processes: 16 },
    seen: processesPastLimit,
  },
  {
    id: 'descriptors',
    title: 'opens more files than it was given',
    stoppedBy: ['resource-limits'],
    program: 'exhaustion.descriptors',
    input: { count: 200 },
    limits: { openFiles: 64 },
    seen: descriptorsPastLimit,
  },
  {
    id: 'descriptor-limit',
    title: 'raises its own limit of open files',
    stoppedBy: ['resource-limits', 'dropped-privileges'],
    program: 'exhaustion.raise_descriptors',
    input: { count: 200 },
    limits: { openFiles: 64 },
    seen: descriptorsPastLimit,
  },
];

const spaceRows: readonly ProgramRow[] = [
  {
    id: 'disk',
    title: 'fills its folder past the bound',
    stoppedBy: ['bounded-scratch'],
    program: 'exhaustion.disk',
    input: { size: 16 * mebibyte },
    scratchBytes: 4 * mebibyte,
    seen: spacePastLimit('/workspace', ({ scratchBytes }) => scratchBytes),
  },
  {
    id: 'shared-memory',
    title: 'fills /dev/shm past the bound',
    stoppedBy: ['bounded-scratch'],
    program: 'exhaustion.shared_memory',
    input: { size: 72 * mebibyte },
    limits: { memoryBytes: 256 * mebibyte, fileBytes: 128 * mebibyte },
    seen: spacePastLimit('/dev/shm', () => 64 * mebibyte),
  },
  {
    id: 'large-file',
    title: 'makes a file larger than a file may be, all of it hole',
    stoppedBy: ['resource-limits'],
    program: 'exhaustion.large_file',
    input: { size: 8 * mebibyte },
    limits: { fileBytes: mebibyte },
    seen: filePastLimit,
  },
  {
    id: 'core-dump',
    title: 'crashes, and leaves its memory behind as a file',
    stoppedBy: ['resource-limits'],
    program: 'exhaustion.dump_core',
    seen: coreWasLeft,
  },
];

const timeRows: readonly ProgramRow[] = [
  {
    id: 'processor-time',
    title: 'uses up more processor time than it was given, in many processes',
    stoppedBy: ['cpu-time-limit'],
    requires: 'cpu-time-limit',
    program: 'exhaustion.burn_each',
    input: { processes: 4, seconds: 0.8 },
    // Enough for a slow machine to start Python.
    limits: { cpuTimeMs: 1500 },
    timeoutMs: 30_000,
    seen: cpuTimePastLimit,
  },
  {
    id: 'processor-share',
    title: 'takes more of the processors than its share',
    stoppedBy: ['cpu-limit'],
    requires: 'cpu-limit',
    program: 'exhaustion.burn',
    input: { processes: 16, seconds: 1 },
    // Rather many, so that they get their share of a machine on which others are at work.
    timeoutMs: 30_000,
    limits: { cpus: 0.1 },
    seen: bandwidthPastLimit,
  },
  {
    id: 'sandbox-time',
    title: 'lives on when the time of its sandbox is up, deaf to every signal',
    stoppedBy: [],
    stoppedByWords: 'the clock of the sandbox',
    control: withoutLimit('wallTimeMs'),
    program: 'exhaustion.outlast',
    input: { seconds: 3 },
    limits: { wallTimeMs: 2500 },
    seen: livesPastTime,
  },
  {
    id: 'sandbox-output',
    title: 'writes more to its host than the host will read',
    stoppedBy: [],
    stoppedByWords: 'the bound on what comes out of a sandbox',
    control: withoutLimit('outputBytes'),
    program: 'exhaustion.flood',
    input: { size: 2 * mebibyte },
    limits: { outputBytes: 128 * 1024 },
    seen: outputPastLimit,
  },
  {
    id: 'orphan',
    title: 'leaves a process behind that left its session and its parent',
    stoppedBy: ['pid-namespace'],
    control: outside(),
    program: 'exhaustion.orphan',
    seen: somethingLivesOn,
  },
  {
    id: 'stopped-orphan',
    title: 'leaves a process behind that is stopped',
    stoppedBy: ['pid-namespace'],
    control: outside(),
    program: 'exhaustion.stopped_orphan',
    seen: somethingLivesOn,
  },
];

export const exhaustionRows: readonly ProgramRow[] = [...memoryRows, ...countRows, ...spaceRows, ...timeRows];
